// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import type { JsonObject } from '../jsonValue.ts'
import {
  type Reader,
  readCompactCount,
  readCompactString,
  readInt16,
  readInt32,
  readItems,
  readString,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface StreamsGroupTopologyKey {
  readonly groupId: string
}

export function readStreamsGroupTopologyKey(reader: Reader): StreamsGroupTopologyKey {
  return {
    groupId: readString(reader, 'groupId'),
  }
}

export function streamsGroupTopologyKeyJson(value: StreamsGroupTopologyKey): JsonObject {
  return {
    groupId: value.groupId,
  }
}

export interface Subtopology {
  readonly subtopologyId: string
  readonly sourceTopics: readonly string[]
  readonly sourceTopicRegex: readonly string[]
  readonly stateChangelogTopics: readonly TopicInfo[]
  readonly repartitionSinkTopics: readonly string[]
  readonly repartitionSourceTopics: readonly TopicInfo[]
  readonly copartitionGroups: readonly CopartitionGroup[]
}

export interface TopicInfo {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly topicConfigs: readonly TopicConfig[]
}

export interface TopicConfig {
  readonly key: string
  readonly value: string
}

export interface CopartitionGroup {
  readonly sourceTopics: readonly number[]
  readonly sourceTopicRegex: readonly number[]
  readonly repartitionSourceTopics: readonly number[]
}

export interface StreamsGroupTopologyValue {
  readonly epoch: number
  readonly subtopologies: readonly Subtopology[]
}

function readSubtopology(reader: Reader): Subtopology {
  const subtopologyId = readCompactString(reader, 'subtopologyId')
  const sourceTopics = readItems(readCompactCount(reader, 'sourceTopics'), () => readCompactString(reader, 'sourceTopics element'))
  const sourceTopicRegex = readItems(readCompactCount(reader, 'sourceTopicRegex'), () => readCompactString(reader, 'sourceTopicRegex element'))
  const stateChangelogTopics = readItems(readCompactCount(reader, 'stateChangelogTopics'), () => readTopicInfo(reader))
  const repartitionSinkTopics = readItems(readCompactCount(reader, 'repartitionSinkTopics'), () => readCompactString(reader, 'repartitionSinkTopics element'))
  const repartitionSourceTopics = readItems(readCompactCount(reader, 'repartitionSourceTopics'), () => readTopicInfo(reader))
  const copartitionGroups = readItems(readCompactCount(reader, 'copartitionGroups'), () => readCopartitionGroup(reader))
  skipTaggedFields(reader)
  return { subtopologyId, sourceTopics, sourceTopicRegex, stateChangelogTopics, repartitionSinkTopics, repartitionSourceTopics, copartitionGroups }
}

function readTopicInfo(reader: Reader): TopicInfo {
  const name = readCompactString(reader, 'name')
  const partitions = readInt32(reader)
  const replicationFactor = readInt16(reader)
  const topicConfigs = readItems(readCompactCount(reader, 'topicConfigs'), () => readTopicConfig(reader))
  skipTaggedFields(reader)
  return { name, partitions, replicationFactor, topicConfigs }
}

function readTopicConfig(reader: Reader): TopicConfig {
  const key = readCompactString(reader, 'key')
  const value = readCompactString(reader, 'value')
  skipTaggedFields(reader)
  return { key, value }
}

function readCopartitionGroup(reader: Reader): CopartitionGroup {
  const sourceTopics = readItems(readCompactCount(reader, 'sourceTopics'), () => readInt16(reader))
  const sourceTopicRegex = readItems(readCompactCount(reader, 'sourceTopicRegex'), () => readInt16(reader))
  const repartitionSourceTopics = readItems(readCompactCount(reader, 'repartitionSourceTopics'), () => readInt16(reader))
  skipTaggedFields(reader)
  return { sourceTopics, sourceTopicRegex, repartitionSourceTopics }
}

export function readStreamsGroupTopologyValue(reader: Reader): StreamsGroupTopologyValue {
  const epoch = readInt32(reader)
  const subtopologies = readItems(readCompactCount(reader, 'subtopologies'), () => readSubtopology(reader))
  skipTaggedFields(reader)
  return { epoch, subtopologies }
}

function subtopologyJson(value: Subtopology): JsonObject {
  return {
    subtopologyId: value.subtopologyId,
    sourceTopics: value.sourceTopics,
    sourceTopicRegex: value.sourceTopicRegex,
    stateChangelogTopics: value.stateChangelogTopics.map(element => topicInfoJson(element)),
    repartitionSinkTopics: value.repartitionSinkTopics,
    repartitionSourceTopics: value.repartitionSourceTopics.map(element => topicInfoJson(element)),
    copartitionGroups: value.copartitionGroups.map(element => copartitionGroupJson(element)),
  }
}

function topicInfoJson(value: TopicInfo): JsonObject {
  return {
    name: value.name,
    partitions: value.partitions,
    replicationFactor: value.replicationFactor,
    topicConfigs: value.topicConfigs.map(element => topicConfigJson(element)),
  }
}

function topicConfigJson(value: TopicConfig): JsonObject {
  return {
    key: value.key,
    value: value.value,
  }
}

function copartitionGroupJson(value: CopartitionGroup): JsonObject {
  return {
    sourceTopics: value.sourceTopics,
    sourceTopicRegex: value.sourceTopicRegex,
    repartitionSourceTopics: value.repartitionSourceTopics,
  }
}

export function streamsGroupTopologyValueJson(value: StreamsGroupTopologyValue): JsonObject {
  return {
    epoch: value.epoch,
    subtopologies: value.subtopologies.map(element => subtopologyJson(element)),
  }
}
