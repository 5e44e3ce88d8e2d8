// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import type { JsonObject } from '../jsonValue.ts'
import {
  type Reader,
  readCompactCount,
  readCompactNullableString,
  readCompactString,
  readInt32,
  readInt8,
  readItems,
  readString,
  readUint16,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface StreamsGroupMemberMetadataKey {
  readonly groupId: string
  readonly memberId: string
}

export function readStreamsGroupMemberMetadataKey(reader: Reader): StreamsGroupMemberMetadataKey {
  return {
    groupId: readString(reader, 'groupId'),
    memberId: readString(reader, 'memberId'),
  }
}

export function streamsGroupMemberMetadataKeyJson(value: StreamsGroupMemberMetadataKey): JsonObject {
  return {
    groupId: value.groupId,
    memberId: value.memberId,
  }
}

export interface Endpoint {
  readonly host: string
  readonly port: number
}

export interface KeyValue {
  readonly key: string
  readonly value: string
}

export interface StreamsGroupMemberMetadataValue {
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly topologyEpoch: number
  readonly processId: string
  readonly userEndpoint: Endpoint | null
  readonly clientTags: readonly KeyValue[]
}

function readEndpoint(reader: Reader): Endpoint {
  const host = readCompactString(reader, 'host')
  const port = readUint16(reader)
  skipTaggedFields(reader)
  return { host, port }
}

function readKeyValue(reader: Reader): KeyValue {
  const key = readCompactString(reader, 'key')
  const value = readCompactString(reader, 'value')
  skipTaggedFields(reader)
  return { key, value }
}

export function readStreamsGroupMemberMetadataValue(reader: Reader): StreamsGroupMemberMetadataValue {
  const instanceId = readCompactNullableString(reader, 'instanceId')
  const rackId = readCompactNullableString(reader, 'rackId')
  const clientId = readCompactString(reader, 'clientId')
  const clientHost = readCompactString(reader, 'clientHost')
  const rebalanceTimeoutMs = readInt32(reader)
  const topologyEpoch = readInt32(reader)
  const processId = readCompactString(reader, 'processId')
  const userEndpoint = readInt8(reader) < 0 ? null : readEndpoint(reader)
  const clientTags = readItems(readCompactCount(reader, 'clientTags'), () => readKeyValue(reader))
  skipTaggedFields(reader)
  return { instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs, topologyEpoch, processId, userEndpoint, clientTags }
}

function endpointJson(value: Endpoint): JsonObject {
  return {
    host: value.host,
    port: value.port,
  }
}

function keyValueJson(value: KeyValue): JsonObject {
  return {
    key: value.key,
    value: value.value,
  }
}

export function streamsGroupMemberMetadataValueJson(value: StreamsGroupMemberMetadataValue): JsonObject {
  return {
    instanceId: value.instanceId,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    rebalanceTimeoutMs: value.rebalanceTimeoutMs,
    topologyEpoch: value.topologyEpoch,
    processId: value.processId,
    userEndpoint: value.userEndpoint === null ? null : endpointJson(value.userEndpoint),
    clientTags: value.clientTags.map(element => keyValueJson(element)),
  }
}
