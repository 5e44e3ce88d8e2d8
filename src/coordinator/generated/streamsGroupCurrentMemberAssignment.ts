// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import type { Json, JsonObject } from '../jsonValue.ts'
import {
  type Reader,
  readCompactCount,
  readCompactNullableCount,
  readCompactString,
  readInt32,
  readInt8,
  readItems,
  readNullableItems,
  readString,
  readUnsignedVarint,
  skipTaggedField,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface StreamsGroupCurrentMemberAssignmentKey {
  readonly groupId: string
  readonly memberId: string
}

export function readStreamsGroupCurrentMemberAssignmentKey(reader: Reader): StreamsGroupCurrentMemberAssignmentKey {
  return {
    groupId: readString(reader, 'groupId'),
    memberId: readString(reader, 'memberId'),
  }
}

export function streamsGroupCurrentMemberAssignmentKeyJson(value: StreamsGroupCurrentMemberAssignmentKey): JsonObject {
  return {
    groupId: value.groupId,
    memberId: value.memberId,
  }
}

export interface TaskIds {
  readonly subtopologyId: string
  readonly partitions: readonly number[]
  readonly assignmentEpochs: readonly number[] | null
}

export interface StreamsGroupCurrentMemberAssignmentValue {
  readonly memberEpoch: number
  readonly previousMemberEpoch: number
  readonly state: number
  readonly activeTasks: readonly TaskIds[]
  readonly standbyTasks: readonly TaskIds[]
  readonly warmupTasks: readonly TaskIds[]
  readonly activeTasksPendingRevocation: readonly TaskIds[]
  readonly standbyTasksPendingRevocation: readonly TaskIds[]
  readonly warmupTasksPendingRevocation: readonly TaskIds[]
}

function readTaskIds(reader: Reader): TaskIds {
  const subtopologyId = readCompactString(reader, 'subtopologyId')
  const partitions = readItems(readCompactCount(reader, 'partitions'), () => readInt32(reader))
  let assignmentEpochs: TaskIds['assignmentEpochs'] = []
  for (let left = readUnsignedVarint(reader); left > 0; left--) {
    const tag = readUnsignedVarint(reader)
    const size = readUnsignedVarint(reader)
    if (tag === 0) assignmentEpochs = readNullableItems(readCompactNullableCount(reader, 'assignmentEpochs'), () => readInt32(reader))
    else skipTaggedField(reader, size)
  }
  return { subtopologyId, partitions, assignmentEpochs }
}

export function readStreamsGroupCurrentMemberAssignmentValue(reader: Reader): StreamsGroupCurrentMemberAssignmentValue {
  const memberEpoch = readInt32(reader)
  const previousMemberEpoch = readInt32(reader)
  const state = readInt8(reader)
  const activeTasks = readItems(readCompactCount(reader, 'activeTasks'), () => readTaskIds(reader))
  const standbyTasks = readItems(readCompactCount(reader, 'standbyTasks'), () => readTaskIds(reader))
  const warmupTasks = readItems(readCompactCount(reader, 'warmupTasks'), () => readTaskIds(reader))
  const activeTasksPendingRevocation = readItems(readCompactCount(reader, 'activeTasksPendingRevocation'), () => readTaskIds(reader))
  const standbyTasksPendingRevocation = readItems(readCompactCount(reader, 'standbyTasksPendingRevocation'), () => readTaskIds(reader))
  const warmupTasksPendingRevocation = readItems(readCompactCount(reader, 'warmupTasksPendingRevocation'), () => readTaskIds(reader))
  skipTaggedFields(reader)
  return { memberEpoch, previousMemberEpoch, state, activeTasks, standbyTasks, warmupTasks, activeTasksPendingRevocation, standbyTasksPendingRevocation, warmupTasksPendingRevocation }
}

function taskIdsJson(value: TaskIds): JsonObject {
  const json: Record<string, Json> = {}
  json.subtopologyId = value.subtopologyId
  json.partitions = value.partitions
  if (!(value.assignmentEpochs !== null && value.assignmentEpochs.length === 0)) json.assignmentEpochs = value.assignmentEpochs
  return json
}

export function streamsGroupCurrentMemberAssignmentValueJson(value: StreamsGroupCurrentMemberAssignmentValue): JsonObject {
  return {
    memberEpoch: value.memberEpoch,
    previousMemberEpoch: value.previousMemberEpoch,
    state: value.state,
    activeTasks: value.activeTasks.map(element => taskIdsJson(element)),
    standbyTasks: value.standbyTasks.map(element => taskIdsJson(element)),
    warmupTasks: value.warmupTasks.map(element => taskIdsJson(element)),
    activeTasksPendingRevocation: value.activeTasksPendingRevocation.map(element => taskIdsJson(element)),
    standbyTasksPendingRevocation: value.standbyTasksPendingRevocation.map(element => taskIdsJson(element)),
    warmupTasksPendingRevocation: value.warmupTasksPendingRevocation.map(element => taskIdsJson(element)),
  }
}
