import type { TestRecord } from './batchOf.ts'
import {
  compactList,
  compactNullable,
  compactText,
  int8,
  int16,
  int32,
  int64,
  noTags,
  text,
  uuid,
  varint,
} from './recordBytes.ts'

/** Topic id, or subtopology, → partitions. */
export type Assigned = Readonly<Record<string, readonly number[]>>

export interface ModernMember {
  readonly instanceId?: string
  readonly clientId?: string
  readonly host?: string
  readonly topics?: readonly string[]
  readonly regex?: string
  /** 45 s unless given; of consumer groups. */
  readonly rebalanceTimeoutMs?: number
}

export interface Current {
  readonly epoch: number
  /** As the kind of group counts: 0 is stable of consumer and share groups, 1 of streams groups. */
  readonly state?: number
  readonly assigned?: Assigned
  readonly revoking?: Assigned
}

/** Records of one KIP-848 group as broker 4.3 writes them; null as a value makes the tombstone. */
export function consumerRecords(group: string) {
  return {
    epoch: (epoch: number | null) => record(3, [group], epoch === null ? null : [int32(epoch), noTags]),
    member: (id: string, member: ModernMember | null = {}) =>
      record(
        5,
        [group, id],
        member === null
          ? null
          : [
              compactNullable(member.instanceId ?? null),
              compactNullable(null),
              compactText(member.clientId ?? 'client'),
              compactText(member.host ?? '/127.0.0.1'),
              compactList((member.topics ?? (member.regex === undefined ? ['orders'] : [])).map(compactText)),
              compactNullable(member.regex ?? ''),
              int32(member.rebalanceTimeoutMs ?? 45_000),
              compactNullable(null),
              noTags,
            ],
      ),
    targetEpoch: (epoch: number | null) => record(6, [group], epoch === null ? null : [int32(epoch), noTags]),
    target: (id: string, assigned: Assigned | null = {}) =>
      record(7, [group, id], assigned === null ? null : [topics(assigned), noTags]),
    current: (id: string, current: Current | null) =>
      record(
        8,
        [group, id],
        current === null
          ? null
          : [
              int32(current.epoch),
              int32(current.epoch - 1),
              int8(current.state ?? 0),
              topics(current.assigned),
              topics(current.revoking),
              noTags,
            ],
      ),
    /** Topic id → name, as brokers before 4.1 write it. */
    partitionMetadata: (names: Readonly<Record<string, string>> | null) =>
      record(
        4,
        [group],
        names === null
          ? null
          : [
              compactList(
                Object.entries(names).map(([id, name]) =>
                  Buffer.concat([uuid(id), compactText(name), int32(1), compactList([]), noTags]),
                ),
              ),
              noTags,
            ],
      ),
    regex: (regex: string, names: readonly string[] | null) =>
      record(
        16,
        [group, regex],
        names === null ? null : [compactList(names.map(compactText)), int64(1), int64(0), noTags],
      ),
  }
}

/** Records of one share group. */
export function shareRecords(group: string) {
  return {
    epoch: (epoch: number | null) => record(11, [group], epoch === null ? null : [int32(epoch), int64(0), noTags]),
    member: (id: string, member: ModernMember | null = {}) =>
      record(
        10,
        [group, id],
        member === null
          ? null
          : [
              compactNullable(null),
              compactText(member.clientId ?? 'client'),
              compactText(member.host ?? '/127.0.0.1'),
              compactList((member.topics ?? ['orders']).map(compactText)),
              noTags,
            ],
      ),
    targetEpoch: (epoch: number | null) => record(12, [group], epoch === null ? null : [int32(epoch), noTags]),
    target: (id: string, assigned: Assigned | null = {}) =>
      record(13, [group, id], assigned === null ? null : [topics(assigned), noTags]),
    current: (id: string, current: Current | null) =>
      record(
        14,
        [group, id],
        current === null
          ? null
          : [
              int32(current.epoch),
              int32(current.epoch - 1),
              int8(current.state ?? 0),
              topics(current.assigned),
              noTags,
            ],
      ),
    /** Topic id → name of initialized topics; null: the tombstone. */
    statePartitions: (names: Readonly<Record<string, string>> | null) =>
      record(
        15,
        [group],
        names === null
          ? null
          : [
              compactList([]),
              compactList(
                Object.entries(names).map(([id, name]) =>
                  Buffer.concat([uuid(id), compactText(name), compactList([int32(0)]), noTags]),
                ),
              ),
              compactList([]),
              noTags,
            ],
      ),
  }
}

/** Records of one streams group. */
export function streamsRecords(group: string) {
  return {
    epoch: (epoch: number | null, validatedTopologyEpoch = 0) =>
      record(
        17,
        [group],
        epoch === null
          ? null
          : [int32(epoch), int64(0), varint(1), varint(0), varint(4), int32(validatedTopologyEpoch)],
      ),
    member: (id: string, member: ModernMember | null = {}) =>
      record(
        19,
        [group, id],
        member === null
          ? null
          : [
              compactNullable(member.instanceId ?? null),
              compactNullable(null),
              compactText(member.clientId ?? 'client'),
              compactText(member.host ?? '/127.0.0.1'),
              int32(300_000),
              int32(0),
              compactText('process'),
              int8(-1),
              compactList([]),
              noTags,
            ],
      ),
    targetEpoch: (epoch: number | null) => record(20, [group], epoch === null ? null : [int32(epoch), noTags]),
    target: (id: string, assigned: Assigned | null = {}) =>
      record(21, [group, id], assigned === null ? null : [tasks(assigned), tasks({}), tasks({}), noTags]),
    current: (id: string, current: Current | null, standbyRevoking: Assigned = {}) =>
      record(
        22,
        [group, id],
        current === null
          ? null
          : [
              int32(current.epoch),
              int32(current.epoch - 1),
              int8(current.state ?? 1),
              tasks(current.assigned),
              tasks({}),
              tasks({}),
              tasks(current.revoking),
              tasks(standbyRevoking),
              tasks({}),
              noTags,
            ],
      ),
    topology: (epoch: number | null) =>
      record(23, [group], epoch === null ? null : [int32(epoch), compactList([]), noTags]),
  }
}

function record(type: number, key: readonly string[], value: readonly Buffer[] | null): TestRecord {
  return {
    key: Buffer.concat([int16(type), ...key.map(text)]),
    value: value === null ? null : Buffer.concat([int16(0), ...value]),
  }
}

function topics(assigned: Assigned = {}): Buffer {
  return compactList(
    Object.entries(assigned).map(([id, partitions]) =>
      Buffer.concat([uuid(id), compactList(partitions.map(int32)), noTags]),
    ),
  )
}

function tasks(assigned: Assigned = {}): Buffer {
  return compactList(
    Object.entries(assigned).map(([subtopology, partitions]) =>
      Buffer.concat([compactText(subtopology), compactList(partitions.map(int32)), noTags]),
    ),
  )
}
