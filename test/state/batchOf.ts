import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { encodeRecords } from '../../src/kafka/records/encodeRecords.ts'
import { int16, int32, nullable, sized, text } from './recordBytes.ts'

export interface TestRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

export type BatchOptions = Partial<Pick<RecordBatch, 'partition' | 'baseOffset' | 'isTransactional' | 'producerId'>> & {
  readonly timestamp?: number
}

/** A batch as a broker would write it, one offset a record. */
export function batchOf(records: readonly TestRecord[], options: BatchOptions = {}): RecordBatch {
  const { baseOffset = 0, timestamp = 1_700_000_000_000 } = options
  const fields = records.map((record, delta) => ({ offset: baseOffset + delta, timestamp, ...record }))
  const bytes = encodeRecords(fields, { offset: baseOffset, timestamp })
  return {
    partition: options.partition ?? 0,
    byteOffset: 0,
    baseOffset,
    lastOffset: baseOffset + Math.max(0, records.length - 1),
    leaderEpoch: 0,
    magic: 2,
    compression: 'none',
    timestampType: 'CreateTime',
    baseTimestamp: timestamp,
    maxTimestamp: timestamp,
    isTransactional: options.isTransactional ?? false,
    isControl: false,
    producerId: options.producerId ?? -1n,
    producerEpoch: 0,
    baseSequence: -1,
    recordCount: records.length,
    bytes,
    start: 0,
    end: bytes.length,
  }
}

/** A transaction marker (KIP-98): version, type; version, coordinator epoch. */
export function markerOf(type: 'COMMIT' | 'ABORT', options: BatchOptions = {}): RecordBatch {
  const key = Buffer.from([0, 0, 0, type === 'COMMIT' ? 1 : 0])
  const batch = batchOf([{ key, value: Buffer.alloc(6) }], { ...options, isTransactional: true })
  return { ...batch, isControl: true }
}

/** An offset commit, value version 1 without expiry's meaning (v0 layout), or its tombstone. */
export function commitOf(
  group: string,
  topic: string,
  partition: number,
  offset: number | bigint | null,
  committedAt = 1_700_000_000_500,
): TestRecord {
  const key = Buffer.concat([int16(1), text(group), text(topic), int32(partition)])
  if (offset === null) return { key, value: null }
  const time = Buffer.alloc(8)
  time.writeBigInt64BE(BigInt(committedAt))
  const value = Buffer.alloc(10)
  value.writeBigInt64BE(BigInt(offset), 2)
  return { key, value: Buffer.concat([value, text(''), time]) }
}

/** As broker 4.3 writes it: version 4 with a tagged topic id. */
export function commitWithId(
  group: string,
  topic: string,
  partition: number,
  offset: number,
  topicId: string,
): TestRecord {
  const { key } = commitOf(group, topic, partition, null)
  const head = Buffer.alloc(14)
  head.writeInt16BE(4)
  head.writeBigInt64BE(BigInt(offset), 2)
  head.writeInt32BE(-1, 10)
  const time = Buffer.alloc(8)
  time.writeBigInt64BE(1_700_000_000_500n)
  const tags = Buffer.concat([Buffer.from([1, 0, 16]), Buffer.from(topicId, 'base64url')])
  return { key, value: Buffer.concat([head, Buffer.from([1]), time, tags]) }
}

export interface TestMember {
  readonly id: string
  readonly instanceId?: string
  readonly clientId?: string
  readonly host?: string
  readonly topics?: readonly string[]
  readonly assigned?: Readonly<Record<string, readonly number[]>>
  readonly rebalanceTimeoutMs?: number
  /** Bytes of its client in place of those made of `topics` and `assigned`. */
  readonly subscription?: Buffer
  readonly assignment?: Buffer
}

/** Metadata of a classic group of protocol type `consumer`, value version 3; null: its tombstone. */
export function classicOf(
  group: string,
  generation: number | null,
  members: readonly TestMember[] = [],
  { protocol = 'range', leader = members[0]?.id ?? '', protocolType = 'consumer' }: ClassicOptions = {},
): TestRecord {
  const key = Buffer.concat([int16(2), text(group)])
  if (generation === null) return { key, value: null }
  const empty = members.length === 0
  const parts = [int16(3), text(protocolType), int32(generation), nullable(empty ? null : protocol)]
  parts.push(nullable(empty ? null : leader), Buffer.alloc(8), int32(members.length))
  for (const member of members) {
    parts.push(text(member.id), nullable(member.instanceId ?? null), text(member.clientId ?? 'client'))
    parts.push(text(member.host ?? '/127.0.0.1'), int32(member.rebalanceTimeoutMs ?? 300_000), int32(45_000))
    parts.push(sized(member.subscription ?? subscriptionBytes(member.topics ?? ['orders'])))
    parts.push(sized(member.assignment ?? assignmentBytes(member.assigned ?? {})))
  }
  return { key, value: Buffer.concat(parts) }
}

interface ClassicOptions {
  readonly protocol?: string
  readonly leader?: string
  readonly protocolType?: string
}

/** As Kafka's Java client writes them; user data is null. */
export function subscriptionBytes(topics: readonly string[], version: 0 | 1 | 2 | 3 = 0): Buffer {
  const parts = [int16(version), int32(topics.length), ...topics.map(text), int32(-1)]
  if (version >= 1) parts.push(int32(0))
  if (version >= 2) parts.push(int32(-1))
  if (version >= 3) parts.push(nullable(null))
  return Buffer.concat(parts)
}

export function assignmentBytes(assigned: Readonly<Record<string, readonly number[]>>, version = 0): Buffer {
  const lists = Object.entries(assigned).map(([topic, list]) =>
    Buffer.concat([text(topic), int32(list.length), ...list.map(int32)]),
  )
  return Buffer.concat([int16(version), int32(lists.length), ...lists, int32(-1)])
}
