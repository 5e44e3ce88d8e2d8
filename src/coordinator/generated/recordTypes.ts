// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import type { JsonObject } from '../jsonValue.ts'
import type { Reader } from '../../kafka/records/reader.ts'
import * as consumerGroupCurrentMemberAssignment from './consumerGroupCurrentMemberAssignment.ts'
import * as consumerGroupMemberMetadata from './consumerGroupMemberMetadata.ts'
import * as consumerGroupMetadata from './consumerGroupMetadata.ts'
import * as consumerGroupPartitionMetadata from './consumerGroupPartitionMetadata.ts'
import * as consumerGroupRegularExpression from './consumerGroupRegularExpression.ts'
import * as consumerGroupTargetAssignmentMember from './consumerGroupTargetAssignmentMember.ts'
import * as consumerGroupTargetAssignmentMetadata from './consumerGroupTargetAssignmentMetadata.ts'
import * as groupMetadata from './groupMetadata.ts'
import * as legacyOffsetCommit from './legacyOffsetCommit.ts'
import * as offsetCommit from './offsetCommit.ts'
import * as shareGroupCurrentMemberAssignment from './shareGroupCurrentMemberAssignment.ts'
import * as shareGroupMemberMetadata from './shareGroupMemberMetadata.ts'
import * as shareGroupMetadata from './shareGroupMetadata.ts'
import * as shareGroupStatePartitionMetadata from './shareGroupStatePartitionMetadata.ts'
import * as shareGroupTargetAssignmentMember from './shareGroupTargetAssignmentMember.ts'
import * as shareGroupTargetAssignmentMetadata from './shareGroupTargetAssignmentMetadata.ts'
import * as streamsGroupCurrentMemberAssignment from './streamsGroupCurrentMemberAssignment.ts'
import * as streamsGroupMemberMetadata from './streamsGroupMemberMetadata.ts'
import * as streamsGroupMetadata from './streamsGroupMetadata.ts'
import * as streamsGroupTargetAssignmentMember from './streamsGroupTargetAssignmentMember.ts'
import * as streamsGroupTargetAssignmentMetadata from './streamsGroupTargetAssignmentMetadata.ts'
import * as streamsGroupTopology from './streamsGroupTopology.ts'

/** The release of Apache Kafka whose records are known. */
export const kafkaVersion = '4.3.0'

/** What each record type of the group coordinator holds, by the name that Kafka's tools give it. */
export interface RecordTypes {
  readonly LEGACY_OFFSET_COMMIT: {
    readonly typeId: 0
    readonly key: legacyOffsetCommit.LegacyOffsetCommitKey
    readonly value: legacyOffsetCommit.LegacyOffsetCommitValue
  }
  readonly OFFSET_COMMIT: {
    readonly typeId: 1
    readonly key: offsetCommit.OffsetCommitKey
    readonly value: offsetCommit.OffsetCommitValue
  }
  readonly GROUP_METADATA: {
    readonly typeId: 2
    readonly key: groupMetadata.GroupMetadataKey
    readonly value: groupMetadata.GroupMetadataValue
  }
  readonly CONSUMER_GROUP_METADATA: {
    readonly typeId: 3
    readonly key: consumerGroupMetadata.ConsumerGroupMetadataKey
    readonly value: consumerGroupMetadata.ConsumerGroupMetadataValue
  }
  readonly CONSUMER_GROUP_PARTITION_METADATA: {
    readonly typeId: 4
    readonly key: consumerGroupPartitionMetadata.ConsumerGroupPartitionMetadataKey
    readonly value: consumerGroupPartitionMetadata.ConsumerGroupPartitionMetadataValue
  }
  readonly CONSUMER_GROUP_MEMBER_METADATA: {
    readonly typeId: 5
    readonly key: consumerGroupMemberMetadata.ConsumerGroupMemberMetadataKey
    readonly value: consumerGroupMemberMetadata.ConsumerGroupMemberMetadataValue
  }
  readonly CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA: {
    readonly typeId: 6
    readonly key: consumerGroupTargetAssignmentMetadata.ConsumerGroupTargetAssignmentMetadataKey
    readonly value: consumerGroupTargetAssignmentMetadata.ConsumerGroupTargetAssignmentMetadataValue
  }
  readonly CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER: {
    readonly typeId: 7
    readonly key: consumerGroupTargetAssignmentMember.ConsumerGroupTargetAssignmentMemberKey
    readonly value: consumerGroupTargetAssignmentMember.ConsumerGroupTargetAssignmentMemberValue
  }
  readonly CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT: {
    readonly typeId: 8
    readonly key: consumerGroupCurrentMemberAssignment.ConsumerGroupCurrentMemberAssignmentKey
    readonly value: consumerGroupCurrentMemberAssignment.ConsumerGroupCurrentMemberAssignmentValue
  }
  readonly SHARE_GROUP_MEMBER_METADATA: {
    readonly typeId: 10
    readonly key: shareGroupMemberMetadata.ShareGroupMemberMetadataKey
    readonly value: shareGroupMemberMetadata.ShareGroupMemberMetadataValue
  }
  readonly SHARE_GROUP_METADATA: {
    readonly typeId: 11
    readonly key: shareGroupMetadata.ShareGroupMetadataKey
    readonly value: shareGroupMetadata.ShareGroupMetadataValue
  }
  readonly SHARE_GROUP_TARGET_ASSIGNMENT_METADATA: {
    readonly typeId: 12
    readonly key: shareGroupTargetAssignmentMetadata.ShareGroupTargetAssignmentMetadataKey
    readonly value: shareGroupTargetAssignmentMetadata.ShareGroupTargetAssignmentMetadataValue
  }
  readonly SHARE_GROUP_TARGET_ASSIGNMENT_MEMBER: {
    readonly typeId: 13
    readonly key: shareGroupTargetAssignmentMember.ShareGroupTargetAssignmentMemberKey
    readonly value: shareGroupTargetAssignmentMember.ShareGroupTargetAssignmentMemberValue
  }
  readonly SHARE_GROUP_CURRENT_MEMBER_ASSIGNMENT: {
    readonly typeId: 14
    readonly key: shareGroupCurrentMemberAssignment.ShareGroupCurrentMemberAssignmentKey
    readonly value: shareGroupCurrentMemberAssignment.ShareGroupCurrentMemberAssignmentValue
  }
  readonly SHARE_GROUP_STATE_PARTITION_METADATA: {
    readonly typeId: 15
    readonly key: shareGroupStatePartitionMetadata.ShareGroupStatePartitionMetadataKey
    readonly value: shareGroupStatePartitionMetadata.ShareGroupStatePartitionMetadataValue
  }
  readonly CONSUMER_GROUP_REGULAR_EXPRESSION: {
    readonly typeId: 16
    readonly key: consumerGroupRegularExpression.ConsumerGroupRegularExpressionKey
    readonly value: consumerGroupRegularExpression.ConsumerGroupRegularExpressionValue
  }
  readonly STREAMS_GROUP_METADATA: {
    readonly typeId: 17
    readonly key: streamsGroupMetadata.StreamsGroupMetadataKey
    readonly value: streamsGroupMetadata.StreamsGroupMetadataValue
  }
  readonly STREAMS_GROUP_MEMBER_METADATA: {
    readonly typeId: 19
    readonly key: streamsGroupMemberMetadata.StreamsGroupMemberMetadataKey
    readonly value: streamsGroupMemberMetadata.StreamsGroupMemberMetadataValue
  }
  readonly STREAMS_GROUP_TARGET_ASSIGNMENT_METADATA: {
    readonly typeId: 20
    readonly key: streamsGroupTargetAssignmentMetadata.StreamsGroupTargetAssignmentMetadataKey
    readonly value: streamsGroupTargetAssignmentMetadata.StreamsGroupTargetAssignmentMetadataValue
  }
  readonly STREAMS_GROUP_TARGET_ASSIGNMENT_MEMBER: {
    readonly typeId: 21
    readonly key: streamsGroupTargetAssignmentMember.StreamsGroupTargetAssignmentMemberKey
    readonly value: streamsGroupTargetAssignmentMember.StreamsGroupTargetAssignmentMemberValue
  }
  readonly STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT: {
    readonly typeId: 22
    readonly key: streamsGroupCurrentMemberAssignment.StreamsGroupCurrentMemberAssignmentKey
    readonly value: streamsGroupCurrentMemberAssignment.StreamsGroupCurrentMemberAssignmentValue
  }
  readonly STREAMS_GROUP_TOPOLOGY: {
    readonly typeId: 23
    readonly key: streamsGroupTopology.StreamsGroupTopologyKey
    readonly value: streamsGroupTopology.StreamsGroupTopologyValue
  }
}

export type RecordType = keyof RecordTypes

/** How records of one type are read, and shown as Kafka's own JSON converters show them. */
export interface RecordSpec<T extends RecordType> {
  readonly type: T
  readonly typeId: RecordTypes[T]['typeId']
  /** Versions of the value that Kafka reads; a key has one. */
  readonly lowestVersion: number
  readonly highestVersion: number
  readKey(reader: Reader): RecordTypes[T]['key']
  readValue(reader: Reader, version: number): RecordTypes[T]['value']
  keyJson(key: RecordTypes[T]['key']): JsonObject
  valueJson(value: RecordTypes[T]['value'], version: number): JsonObject
}

export const recordSpecs: { readonly [T in RecordType]: RecordSpec<T> } = {
  LEGACY_OFFSET_COMMIT: {
    type: 'LEGACY_OFFSET_COMMIT',
    typeId: 0,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: legacyOffsetCommit.readLegacyOffsetCommitKey,
    readValue: legacyOffsetCommit.readLegacyOffsetCommitValue,
    keyJson: legacyOffsetCommit.legacyOffsetCommitKeyJson,
    valueJson: legacyOffsetCommit.legacyOffsetCommitValueJson,
  },
  OFFSET_COMMIT: {
    type: 'OFFSET_COMMIT',
    typeId: 1,
    lowestVersion: 0,
    highestVersion: 4,
    readKey: offsetCommit.readOffsetCommitKey,
    readValue: offsetCommit.readOffsetCommitValue,
    keyJson: offsetCommit.offsetCommitKeyJson,
    valueJson: offsetCommit.offsetCommitValueJson,
  },
  GROUP_METADATA: {
    type: 'GROUP_METADATA',
    typeId: 2,
    lowestVersion: 0,
    highestVersion: 4,
    readKey: groupMetadata.readGroupMetadataKey,
    readValue: groupMetadata.readGroupMetadataValue,
    keyJson: groupMetadata.groupMetadataKeyJson,
    valueJson: groupMetadata.groupMetadataValueJson,
  },
  CONSUMER_GROUP_METADATA: {
    type: 'CONSUMER_GROUP_METADATA',
    typeId: 3,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: consumerGroupMetadata.readConsumerGroupMetadataKey,
    readValue: consumerGroupMetadata.readConsumerGroupMetadataValue,
    keyJson: consumerGroupMetadata.consumerGroupMetadataKeyJson,
    valueJson: consumerGroupMetadata.consumerGroupMetadataValueJson,
  },
  CONSUMER_GROUP_PARTITION_METADATA: {
    type: 'CONSUMER_GROUP_PARTITION_METADATA',
    typeId: 4,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: consumerGroupPartitionMetadata.readConsumerGroupPartitionMetadataKey,
    readValue: consumerGroupPartitionMetadata.readConsumerGroupPartitionMetadataValue,
    keyJson: consumerGroupPartitionMetadata.consumerGroupPartitionMetadataKeyJson,
    valueJson: consumerGroupPartitionMetadata.consumerGroupPartitionMetadataValueJson,
  },
  CONSUMER_GROUP_MEMBER_METADATA: {
    type: 'CONSUMER_GROUP_MEMBER_METADATA',
    typeId: 5,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: consumerGroupMemberMetadata.readConsumerGroupMemberMetadataKey,
    readValue: consumerGroupMemberMetadata.readConsumerGroupMemberMetadataValue,
    keyJson: consumerGroupMemberMetadata.consumerGroupMemberMetadataKeyJson,
    valueJson: consumerGroupMemberMetadata.consumerGroupMemberMetadataValueJson,
  },
  CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA: {
    type: 'CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA',
    typeId: 6,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: consumerGroupTargetAssignmentMetadata.readConsumerGroupTargetAssignmentMetadataKey,
    readValue: consumerGroupTargetAssignmentMetadata.readConsumerGroupTargetAssignmentMetadataValue,
    keyJson: consumerGroupTargetAssignmentMetadata.consumerGroupTargetAssignmentMetadataKeyJson,
    valueJson: consumerGroupTargetAssignmentMetadata.consumerGroupTargetAssignmentMetadataValueJson,
  },
  CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER: {
    type: 'CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER',
    typeId: 7,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: consumerGroupTargetAssignmentMember.readConsumerGroupTargetAssignmentMemberKey,
    readValue: consumerGroupTargetAssignmentMember.readConsumerGroupTargetAssignmentMemberValue,
    keyJson: consumerGroupTargetAssignmentMember.consumerGroupTargetAssignmentMemberKeyJson,
    valueJson: consumerGroupTargetAssignmentMember.consumerGroupTargetAssignmentMemberValueJson,
  },
  CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT: {
    type: 'CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT',
    typeId: 8,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: consumerGroupCurrentMemberAssignment.readConsumerGroupCurrentMemberAssignmentKey,
    readValue: consumerGroupCurrentMemberAssignment.readConsumerGroupCurrentMemberAssignmentValue,
    keyJson: consumerGroupCurrentMemberAssignment.consumerGroupCurrentMemberAssignmentKeyJson,
    valueJson: consumerGroupCurrentMemberAssignment.consumerGroupCurrentMemberAssignmentValueJson,
  },
  SHARE_GROUP_MEMBER_METADATA: {
    type: 'SHARE_GROUP_MEMBER_METADATA',
    typeId: 10,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: shareGroupMemberMetadata.readShareGroupMemberMetadataKey,
    readValue: shareGroupMemberMetadata.readShareGroupMemberMetadataValue,
    keyJson: shareGroupMemberMetadata.shareGroupMemberMetadataKeyJson,
    valueJson: shareGroupMemberMetadata.shareGroupMemberMetadataValueJson,
  },
  SHARE_GROUP_METADATA: {
    type: 'SHARE_GROUP_METADATA',
    typeId: 11,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: shareGroupMetadata.readShareGroupMetadataKey,
    readValue: shareGroupMetadata.readShareGroupMetadataValue,
    keyJson: shareGroupMetadata.shareGroupMetadataKeyJson,
    valueJson: shareGroupMetadata.shareGroupMetadataValueJson,
  },
  SHARE_GROUP_TARGET_ASSIGNMENT_METADATA: {
    type: 'SHARE_GROUP_TARGET_ASSIGNMENT_METADATA',
    typeId: 12,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: shareGroupTargetAssignmentMetadata.readShareGroupTargetAssignmentMetadataKey,
    readValue: shareGroupTargetAssignmentMetadata.readShareGroupTargetAssignmentMetadataValue,
    keyJson: shareGroupTargetAssignmentMetadata.shareGroupTargetAssignmentMetadataKeyJson,
    valueJson: shareGroupTargetAssignmentMetadata.shareGroupTargetAssignmentMetadataValueJson,
  },
  SHARE_GROUP_TARGET_ASSIGNMENT_MEMBER: {
    type: 'SHARE_GROUP_TARGET_ASSIGNMENT_MEMBER',
    typeId: 13,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: shareGroupTargetAssignmentMember.readShareGroupTargetAssignmentMemberKey,
    readValue: shareGroupTargetAssignmentMember.readShareGroupTargetAssignmentMemberValue,
    keyJson: shareGroupTargetAssignmentMember.shareGroupTargetAssignmentMemberKeyJson,
    valueJson: shareGroupTargetAssignmentMember.shareGroupTargetAssignmentMemberValueJson,
  },
  SHARE_GROUP_CURRENT_MEMBER_ASSIGNMENT: {
    type: 'SHARE_GROUP_CURRENT_MEMBER_ASSIGNMENT',
    typeId: 14,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: shareGroupCurrentMemberAssignment.readShareGroupCurrentMemberAssignmentKey,
    readValue: shareGroupCurrentMemberAssignment.readShareGroupCurrentMemberAssignmentValue,
    keyJson: shareGroupCurrentMemberAssignment.shareGroupCurrentMemberAssignmentKeyJson,
    valueJson: shareGroupCurrentMemberAssignment.shareGroupCurrentMemberAssignmentValueJson,
  },
  SHARE_GROUP_STATE_PARTITION_METADATA: {
    type: 'SHARE_GROUP_STATE_PARTITION_METADATA',
    typeId: 15,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: shareGroupStatePartitionMetadata.readShareGroupStatePartitionMetadataKey,
    readValue: shareGroupStatePartitionMetadata.readShareGroupStatePartitionMetadataValue,
    keyJson: shareGroupStatePartitionMetadata.shareGroupStatePartitionMetadataKeyJson,
    valueJson: shareGroupStatePartitionMetadata.shareGroupStatePartitionMetadataValueJson,
  },
  CONSUMER_GROUP_REGULAR_EXPRESSION: {
    type: 'CONSUMER_GROUP_REGULAR_EXPRESSION',
    typeId: 16,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: consumerGroupRegularExpression.readConsumerGroupRegularExpressionKey,
    readValue: consumerGroupRegularExpression.readConsumerGroupRegularExpressionValue,
    keyJson: consumerGroupRegularExpression.consumerGroupRegularExpressionKeyJson,
    valueJson: consumerGroupRegularExpression.consumerGroupRegularExpressionValueJson,
  },
  STREAMS_GROUP_METADATA: {
    type: 'STREAMS_GROUP_METADATA',
    typeId: 17,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: streamsGroupMetadata.readStreamsGroupMetadataKey,
    readValue: streamsGroupMetadata.readStreamsGroupMetadataValue,
    keyJson: streamsGroupMetadata.streamsGroupMetadataKeyJson,
    valueJson: streamsGroupMetadata.streamsGroupMetadataValueJson,
  },
  STREAMS_GROUP_MEMBER_METADATA: {
    type: 'STREAMS_GROUP_MEMBER_METADATA',
    typeId: 19,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: streamsGroupMemberMetadata.readStreamsGroupMemberMetadataKey,
    readValue: streamsGroupMemberMetadata.readStreamsGroupMemberMetadataValue,
    keyJson: streamsGroupMemberMetadata.streamsGroupMemberMetadataKeyJson,
    valueJson: streamsGroupMemberMetadata.streamsGroupMemberMetadataValueJson,
  },
  STREAMS_GROUP_TARGET_ASSIGNMENT_METADATA: {
    type: 'STREAMS_GROUP_TARGET_ASSIGNMENT_METADATA',
    typeId: 20,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: streamsGroupTargetAssignmentMetadata.readStreamsGroupTargetAssignmentMetadataKey,
    readValue: streamsGroupTargetAssignmentMetadata.readStreamsGroupTargetAssignmentMetadataValue,
    keyJson: streamsGroupTargetAssignmentMetadata.streamsGroupTargetAssignmentMetadataKeyJson,
    valueJson: streamsGroupTargetAssignmentMetadata.streamsGroupTargetAssignmentMetadataValueJson,
  },
  STREAMS_GROUP_TARGET_ASSIGNMENT_MEMBER: {
    type: 'STREAMS_GROUP_TARGET_ASSIGNMENT_MEMBER',
    typeId: 21,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: streamsGroupTargetAssignmentMember.readStreamsGroupTargetAssignmentMemberKey,
    readValue: streamsGroupTargetAssignmentMember.readStreamsGroupTargetAssignmentMemberValue,
    keyJson: streamsGroupTargetAssignmentMember.streamsGroupTargetAssignmentMemberKeyJson,
    valueJson: streamsGroupTargetAssignmentMember.streamsGroupTargetAssignmentMemberValueJson,
  },
  STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT: {
    type: 'STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT',
    typeId: 22,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: streamsGroupCurrentMemberAssignment.readStreamsGroupCurrentMemberAssignmentKey,
    readValue: streamsGroupCurrentMemberAssignment.readStreamsGroupCurrentMemberAssignmentValue,
    keyJson: streamsGroupCurrentMemberAssignment.streamsGroupCurrentMemberAssignmentKeyJson,
    valueJson: streamsGroupCurrentMemberAssignment.streamsGroupCurrentMemberAssignmentValueJson,
  },
  STREAMS_GROUP_TOPOLOGY: {
    type: 'STREAMS_GROUP_TOPOLOGY',
    typeId: 23,
    lowestVersion: 0,
    highestVersion: 0,
    readKey: streamsGroupTopology.readStreamsGroupTopologyKey,
    readValue: streamsGroupTopology.readStreamsGroupTopologyValue,
    keyJson: streamsGroupTopology.streamsGroupTopologyKeyJson,
    valueJson: streamsGroupTopology.streamsGroupTopologyValueJson,
  },
}
