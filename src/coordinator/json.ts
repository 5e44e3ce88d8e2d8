import type { Embedded } from './consumerProtocol.ts'
import {
  type CoordinatorRecord,
  type Decoded,
  groupOf,
  type RecordOf,
  type RecordType,
  type Undecodable,
} from './decode.ts'
import { type EmbeddedMember, type EmbeddedProtocol, embeddedOf } from './embedded.ts'
import {
  consumerProtocolAssignmentJson,
  consumerProtocolAssignmentVersions,
} from './generated/consumerProtocolAssignment.ts'
import {
  consumerProtocolSubscriptionJson,
  consumerProtocolSubscriptionVersions,
} from './generated/consumerProtocolSubscription.ts'
import { recordSpecs } from './generated/recordTypes.ts'
import { int64Json, type Json, type JsonObject } from './jsonValue.ts'

/** The position of a record in the log. */
export interface LogPosition {
  readonly partition: number
  readonly offset: number
  /** Milliseconds since the epoch, as in the record. */
  readonly timestamp: number
}

/**
 * The line of `koff decode` for a record, without the newline. Names, uuids (URL-safe base64), bytes (base64) and
 * omitted fields (tagged fields at their default) are as in the JSON of Kafka's own tools. An int64 is a number while
 * every JSON reader reads it exactly, else a decimal string.
 */
export function decodeLine(position: LogPosition, decoded: Decoded): string {
  const { partition, offset, timestamp } = position
  const shown = decoded.kind === 'record' ? recordJson(decoded) : undecodableJson(decoded)
  return JSON.stringify({ partition, offset, timestamp, ...shown })
}

/** The line for a transaction marker: the outcome of the open transaction of a producer. */
export function controlLine(
  position: LogPosition,
  marker: { readonly control: 'COMMIT' | 'ABORT'; readonly producerId: bigint },
): string {
  const { partition, offset, timestamp } = position
  return JSON.stringify({
    partition,
    offset,
    timestamp,
    control: marker.control,
    producerId: int64Json(marker.producerId),
  })
}

/** A record as in its line, without its position. */
export function recordJson(record: CoordinatorRecord): JsonObject {
  const embedded = embeddedOf(record)?.map(part => embeddedJson(part))
  return {
    typeId: record.typeId,
    type: record.type,
    ...(record.dialect === 'kafka' ? {} : { dialect: record.dialect }),
    group: groupOf(record),
    ...keyAndValueJson(record),
    ...(embedded === undefined ? {} : { embedded }),
  }
}

/** The error in the line of a record that Kafka cannot read, and its group where the key can be read. */
export function undecodableJson({ typeId, type, group, version, ...error }: Undecodable): JsonObject {
  const { part, code, position, reason } = error
  return {
    typeId,
    type,
    ...(group === null ? {} : { group }),
    valueVersion: version,
    error: { part, code, position, reason },
  }
}

function keyAndValueJson<T extends RecordType>({ type, key, valueVersion, value }: RecordOf<T>): JsonObject {
  const spec = recordSpecs[type]
  return {
    key: spec.keyJson(key),
    valueVersion,
    value: value === null || valueVersion === null ? null : spec.valueJson(value, valueVersion),
  }
}

function embeddedJson(part: EmbeddedMember | EmbeddedProtocol): JsonObject {
  const subscription = partJson(part.subscription, subscriptionShape)
  if ('name' in part) return { name: part.name, subscription }
  return { memberId: part.memberId, subscription, assignment: partJson(part.assignment, assignmentShape) }
}

interface Shape<T> {
  readonly highest: number
  readonly json: (data: T, version: number) => JsonObject
}

const subscriptionShape = {
  highest: consumerProtocolSubscriptionVersions.highest,
  json: consumerProtocolSubscriptionJson,
}
const assignmentShape = { highest: consumerProtocolAssignmentVersions.highest, json: consumerProtocolAssignmentJson }

function partJson<T>(part: Embedded<T>, { highest, json }: Shape<T>): Json {
  if (part.kind === 'empty') return { empty: true }
  if (part.kind === 'data') {
    const { version, data, remaining } = part
    return { version, data: json(data, Math.min(version, highest)), remaining }
  }
  const { code, position, reason } = part
  return { error: { code, position, reason } }
}
