// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import type { JsonObject } from '../jsonValue.ts'
import {
  type Reader,
  readCompactCount,
  readCompactString,
  readInt32,
  readItems,
  readString,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface StreamsGroupTargetAssignmentMemberKey {
  readonly groupId: string
  readonly memberId: string
}

export function readStreamsGroupTargetAssignmentMemberKey(reader: Reader): StreamsGroupTargetAssignmentMemberKey {
  return {
    groupId: readString(reader, 'groupId'),
    memberId: readString(reader, 'memberId'),
  }
}

export function streamsGroupTargetAssignmentMemberKeyJson(value: StreamsGroupTargetAssignmentMemberKey): JsonObject {
  return {
    groupId: value.groupId,
    memberId: value.memberId,
  }
}

export interface TaskIds {
  readonly subtopologyId: string
  readonly partitions: readonly number[]
}

export interface StreamsGroupTargetAssignmentMemberValue {
  readonly activeTasks: readonly TaskIds[]
  readonly standbyTasks: readonly TaskIds[]
  readonly warmupTasks: readonly TaskIds[]
}

function readTaskIds(reader: Reader): TaskIds {
  const subtopologyId = readCompactString(reader, 'subtopologyId')
  const partitions = readItems(readCompactCount(reader, 'partitions'), () => readInt32(reader))
  skipTaggedFields(reader)
  return { subtopologyId, partitions }
}

export function readStreamsGroupTargetAssignmentMemberValue(reader: Reader): StreamsGroupTargetAssignmentMemberValue {
  const activeTasks = readItems(readCompactCount(reader, 'activeTasks'), () => readTaskIds(reader))
  const standbyTasks = readItems(readCompactCount(reader, 'standbyTasks'), () => readTaskIds(reader))
  const warmupTasks = readItems(readCompactCount(reader, 'warmupTasks'), () => readTaskIds(reader))
  skipTaggedFields(reader)
  return { activeTasks, standbyTasks, warmupTasks }
}

function taskIdsJson(value: TaskIds): JsonObject {
  return {
    subtopologyId: value.subtopologyId,
    partitions: value.partitions,
  }
}

export function streamsGroupTargetAssignmentMemberValueJson(value: StreamsGroupTargetAssignmentMemberValue): JsonObject {
  return {
    activeTasks: value.activeTasks.map(element => taskIdsJson(element)),
    standbyTasks: value.standbyTasks.map(element => taskIdsJson(element)),
    warmupTasks: value.warmupTasks.map(element => taskIdsJson(element)),
  }
}
