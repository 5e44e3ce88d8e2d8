// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import type { JsonObject } from '../jsonValue.ts'
import {
  type Reader,
  readCompactCount,
  readCompactNullableString,
  readCompactString,
  readItems,
  readString,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface ShareGroupMemberMetadataKey {
  readonly groupId: string
  readonly memberId: string
}

export function readShareGroupMemberMetadataKey(reader: Reader): ShareGroupMemberMetadataKey {
  return {
    groupId: readString(reader, 'groupId'),
    memberId: readString(reader, 'memberId'),
  }
}

export function shareGroupMemberMetadataKeyJson(value: ShareGroupMemberMetadataKey): JsonObject {
  return {
    groupId: value.groupId,
    memberId: value.memberId,
  }
}

export interface ShareGroupMemberMetadataValue {
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly subscribedTopicNames: readonly string[]
}

export function readShareGroupMemberMetadataValue(reader: Reader): ShareGroupMemberMetadataValue {
  const rackId = readCompactNullableString(reader, 'rackId')
  const clientId = readCompactString(reader, 'clientId')
  const clientHost = readCompactString(reader, 'clientHost')
  const subscribedTopicNames = readItems(readCompactCount(reader, 'subscribedTopicNames'), () => readCompactString(reader, 'subscribedTopicNames element'))
  skipTaggedFields(reader)
  return { rackId, clientId, clientHost, subscribedTopicNames }
}

export function shareGroupMemberMetadataValueJson(value: ShareGroupMemberMetadataValue): JsonObject {
  return {
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    subscribedTopicNames: value.subscribedTopicNames,
  }
}
