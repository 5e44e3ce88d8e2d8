// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import { type Json, type JsonObject, bytesJson } from '../jsonValue.ts'
import {
  type Reader,
  readCompactBytes,
  readCompactCount,
  readCompactNullableString,
  readCompactString,
  readInt32,
  readItems,
  readString,
  readUnsignedVarint,
  skipTaggedField,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface ConsumerGroupMemberMetadataKey {
  readonly groupId: string
  readonly memberId: string
}

export function readConsumerGroupMemberMetadataKey(reader: Reader): ConsumerGroupMemberMetadataKey {
  return {
    groupId: readString(reader, 'groupId'),
    memberId: readString(reader, 'memberId'),
  }
}

export function consumerGroupMemberMetadataKeyJson(value: ConsumerGroupMemberMetadataKey): JsonObject {
  return {
    groupId: value.groupId,
    memberId: value.memberId,
  }
}

export interface ClassicMemberMetadata {
  readonly sessionTimeoutMs: number
  readonly supportedProtocols: readonly ClassicProtocol[]
}

export interface ClassicProtocol {
  readonly name: string
  readonly metadata: Buffer
}

export interface ConsumerGroupMemberMetadataValue {
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly subscribedTopicNames: readonly string[]
  readonly subscribedTopicRegex: string | null
  readonly rebalanceTimeoutMs: number
  readonly serverAssignor: string | null
  readonly classicMemberMetadata: ClassicMemberMetadata | null
}

function readClassicMemberMetadata(reader: Reader): ClassicMemberMetadata {
  const sessionTimeoutMs = readInt32(reader)
  const supportedProtocols = readItems(readCompactCount(reader, 'supportedProtocols'), () => readClassicProtocol(reader))
  skipTaggedFields(reader)
  return { sessionTimeoutMs, supportedProtocols }
}

function readClassicProtocol(reader: Reader): ClassicProtocol {
  const name = readCompactString(reader, 'name')
  const metadata = readCompactBytes(reader, 'metadata')
  skipTaggedFields(reader)
  return { name, metadata }
}

export function readConsumerGroupMemberMetadataValue(reader: Reader): ConsumerGroupMemberMetadataValue {
  const instanceId = readCompactNullableString(reader, 'instanceId')
  const rackId = readCompactNullableString(reader, 'rackId')
  const clientId = readCompactString(reader, 'clientId')
  const clientHost = readCompactString(reader, 'clientHost')
  const subscribedTopicNames = readItems(readCompactCount(reader, 'subscribedTopicNames'), () => readCompactString(reader, 'subscribedTopicNames element'))
  const subscribedTopicRegex = readCompactNullableString(reader, 'subscribedTopicRegex')
  const rebalanceTimeoutMs = readInt32(reader)
  const serverAssignor = readCompactNullableString(reader, 'serverAssignor')
  let classicMemberMetadata: ConsumerGroupMemberMetadataValue['classicMemberMetadata'] = { sessionTimeoutMs: 0, supportedProtocols: [] }
  for (let left = readUnsignedVarint(reader); left > 0; left--) {
    const tag = readUnsignedVarint(reader)
    const size = readUnsignedVarint(reader)
    if (tag === 0) classicMemberMetadata = readUnsignedVarint(reader) > 0 ? readClassicMemberMetadata(reader) : null
    else skipTaggedField(reader, size)
  }
  return { instanceId, rackId, clientId, clientHost, subscribedTopicNames, subscribedTopicRegex, rebalanceTimeoutMs, serverAssignor, classicMemberMetadata }
}

function classicMemberMetadataJson(value: ClassicMemberMetadata): JsonObject {
  return {
    sessionTimeoutMs: value.sessionTimeoutMs,
    supportedProtocols: value.supportedProtocols.map(element => classicProtocolJson(element)),
  }
}

function classicProtocolJson(value: ClassicProtocol): JsonObject {
  return {
    name: value.name,
    metadata: bytesJson(value.metadata),
  }
}

export function consumerGroupMemberMetadataValueJson(value: ConsumerGroupMemberMetadataValue): JsonObject {
  const json: Record<string, Json> = {}
  json.instanceId = value.instanceId
  json.rackId = value.rackId
  json.clientId = value.clientId
  json.clientHost = value.clientHost
  json.subscribedTopicNames = value.subscribedTopicNames
  json.subscribedTopicRegex = value.subscribedTopicRegex
  json.rebalanceTimeoutMs = value.rebalanceTimeoutMs
  json.serverAssignor = value.serverAssignor
  if (!(value.classicMemberMetadata !== null && value.classicMemberMetadata.sessionTimeoutMs === 0 && value.classicMemberMetadata.supportedProtocols.length === 0)) json.classicMemberMetadata = value.classicMemberMetadata === null ? null : classicMemberMetadataJson(value.classicMemberMetadata)
  return json
}
