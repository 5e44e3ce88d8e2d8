// Generated from the message specs of Apache Kafka 4.3.0 by `npm run generate`. Do not edit.
import { type Json, type JsonObject, bytesJson, int64Json } from '../jsonValue.ts'
import {
  type Reader,
  readBytes,
  readCompactBytes,
  readCompactCount,
  readCompactNullableString,
  readCompactString,
  readCount,
  readInt32,
  readInt64,
  readItems,
  readNullableString,
  readString,
  skipTaggedFields,
} from '../../kafka/records/reader.ts'

export interface GroupMetadataKey {
  readonly group: string
}

export function readGroupMetadataKey(reader: Reader): GroupMetadataKey {
  return {
    group: readString(reader, 'group'),
  }
}

export function groupMetadataKeyJson(value: GroupMetadataKey): JsonObject {
  return {
    group: value.group,
  }
}

export interface MemberMetadata {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeout: number
  readonly sessionTimeout: number
  readonly subscription: Buffer
  readonly assignment: Buffer
}

export interface GroupMetadataValue {
  readonly protocolType: string
  readonly generation: number
  readonly protocol: string | null
  readonly leader: string | null
  readonly currentStateTimestamp: bigint
  readonly members: readonly MemberMetadata[]
}

function readMemberMetadata(reader: Reader, version: number): MemberMetadata {
  const memberId = version >= 4 ? readCompactString(reader, 'memberId') : readString(reader, 'memberId')
  const groupInstanceId = version >= 3 ? (version >= 4 ? readCompactNullableString(reader, 'groupInstanceId') : readNullableString(reader, 'groupInstanceId')) : null
  const clientId = version >= 4 ? readCompactString(reader, 'clientId') : readString(reader, 'clientId')
  const clientHost = version >= 4 ? readCompactString(reader, 'clientHost') : readString(reader, 'clientHost')
  const rebalanceTimeout = version >= 1 ? readInt32(reader) : -1
  const sessionTimeout = readInt32(reader)
  const subscription = version >= 4 ? readCompactBytes(reader, 'subscription') : readBytes(reader, 'subscription')
  const assignment = version >= 4 ? readCompactBytes(reader, 'assignment') : readBytes(reader, 'assignment')
  if (version >= 4) skipTaggedFields(reader)
  return { memberId, groupInstanceId, clientId, clientHost, rebalanceTimeout, sessionTimeout, subscription, assignment }
}

export function readGroupMetadataValue(reader: Reader, version: number): GroupMetadataValue {
  const protocolType = version >= 4 ? readCompactString(reader, 'protocolType') : readString(reader, 'protocolType')
  const generation = readInt32(reader)
  const protocol = version >= 4 ? readCompactNullableString(reader, 'protocol') : readNullableString(reader, 'protocol')
  const leader = version >= 4 ? readCompactNullableString(reader, 'leader') : readNullableString(reader, 'leader')
  const currentStateTimestamp = version >= 2 ? readInt64(reader) : -1n
  const members = readItems(version >= 4 ? readCompactCount(reader, 'members') : readCount(reader, 'members'), () => readMemberMetadata(reader, version))
  if (version >= 4) skipTaggedFields(reader)
  return { protocolType, generation, protocol, leader, currentStateTimestamp, members }
}

function memberMetadataJson(value: MemberMetadata, version: number): JsonObject {
  const json: Record<string, Json> = {}
  json.memberId = value.memberId
  if (version >= 3) json.groupInstanceId = value.groupInstanceId
  json.clientId = value.clientId
  json.clientHost = value.clientHost
  if (version >= 1) json.rebalanceTimeout = value.rebalanceTimeout
  json.sessionTimeout = value.sessionTimeout
  json.subscription = bytesJson(value.subscription)
  json.assignment = bytesJson(value.assignment)
  return json
}

export function groupMetadataValueJson(value: GroupMetadataValue, version: number): JsonObject {
  const json: Record<string, Json> = {}
  json.protocolType = value.protocolType
  json.generation = value.generation
  json.protocol = value.protocol
  json.leader = value.leader
  if (version >= 2) json.currentStateTimestamp = int64Json(value.currentStateTimestamp)
  json.members = value.members.map(element => memberMetadataJson(element, version))
  return json
}
