import type { CoordinatorRecord } from '../../coordinator/decode.ts'
import type { GroupDraft } from '../group/group.ts'
import { applyGroupMetadata } from './classic.ts'
import { applyConsumerRecord } from './consumer.ts'
import { applyShareRecord } from './share.ts'
import { applyStreamsRecord } from './streams.ts'

/** A record about a group itself: any record but offset commits, which take the hot path. */
export type GroupRecord = Exclude<CoordinatorRecord, { readonly type: 'OFFSET_COMMIT' | 'LEGACY_OFFSET_COMMIT' }>

/**
 * The effect of one record on its group: a changed draft, a new one, or null for the group's own tombstone. One flat
 * switch, as in Kafka's coordinator, from the record's type to the handler of its kind of group.
 */
export function applyRecord(group: GroupDraft | null, record: GroupRecord, name: string): GroupDraft | null {
  // Of any kind: koff may have seen only its commits.
  if (group?.type === 'simple' && record.value === null && isMetadata(record)) return null
  switch (record.type) {
    case 'GROUP_METADATA':
      return applyGroupMetadata(group, record, name)
    case 'CONSUMER_GROUP_METADATA':
    case 'CONSUMER_GROUP_PARTITION_METADATA':
    case 'CONSUMER_GROUP_MEMBER_METADATA':
    case 'CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA':
    case 'CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER':
    case 'CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT':
    case 'CONSUMER_GROUP_REGULAR_EXPRESSION':
      return applyConsumerRecord(group, record, name)
    case 'SHARE_GROUP_METADATA':
    case 'SHARE_GROUP_MEMBER_METADATA':
    case 'SHARE_GROUP_TARGET_ASSIGNMENT_METADATA':
    case 'SHARE_GROUP_TARGET_ASSIGNMENT_MEMBER':
    case 'SHARE_GROUP_CURRENT_MEMBER_ASSIGNMENT':
    case 'SHARE_GROUP_STATE_PARTITION_METADATA':
      return applyShareRecord(group, record, name)
    case 'STREAMS_GROUP_METADATA':
    case 'STREAMS_GROUP_MEMBER_METADATA':
    case 'STREAMS_GROUP_TARGET_ASSIGNMENT_METADATA':
    case 'STREAMS_GROUP_TARGET_ASSIGNMENT_MEMBER':
    case 'STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT':
    case 'STREAMS_GROUP_TOPOLOGY':
      return applyStreamsRecord(group, record, name)
  }
}

/** The record type that every group of its kind has; its tombstone ends the group. */
export function isMetadata({ type }: GroupRecord): boolean {
  return metadataRecords.has(type)
}

const metadataRecords: ReadonlySet<GroupRecord['type']> = new Set([
  'GROUP_METADATA',
  'CONSUMER_GROUP_METADATA',
  'SHARE_GROUP_METADATA',
  'STREAMS_GROUP_METADATA',
])

export type ConsumerRecord = Extract<GroupRecord, { readonly type: `CONSUMER_GROUP_${string}` }>
export type ShareRecord = Extract<GroupRecord, { readonly type: `SHARE_GROUP_${string}` }>
export type StreamsRecord = Extract<GroupRecord, { readonly type: `STREAMS_GROUP_${string}` }>
export type ClassicRecord = Extract<GroupRecord, { readonly type: 'GROUP_METADATA' }>
