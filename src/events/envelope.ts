import type { EventData, EventType } from './definitions.ts'

/** An int64 of Kafka: a number while exact (|n| < 2^53), else a bigint. In NDJSON a number or a decimal string. */
export type Int64 = number | bigint

/** A number while it is exact. */
export function int64Of(value: bigint): Int64 {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

export const groupTypes = ['classic', 'consumer', 'share', 'streams', 'simple'] as const
/** The kind of a group after the transition; of a group that ended, before it. */
export type GroupType = (typeof groupTypes)[number]
/** `unknown` only in events about no group (`koff-…`), or about a group whose kind the records do not show. */
export type EventGroupType = GroupType | 'unknown'

/** Where an event was read from. */
export const sourceKinds = ['log'] as const

export const severities = ['info', 'warn', 'error'] as const
export type Severity = (typeof severities)[number]

/** One event, the same for every sink. Its id depends on the log only, so that a repeat can be recognised. */
export type KoffEvent<T extends EventType = EventType> = {
  readonly [K in T]: {
    /** `<partition>-<offset>-<ordinal>`; of timed events `<partition>-<offset>-<type>-<n>`. Never contains a colon. */
    readonly id: string
    readonly type: K
    /** Kafka's cluster id; '' for offline input without one. */
    readonly cluster: string
    /** '' in events about koff itself that do not concern a group. */
    readonly group: string
    readonly groupType: EventGroupType
    /** When it happened, in ms since the epoch, from the record; a timed event's deadline. */
    readonly time: number
    readonly severity: Severity
    readonly source: EventSource
    /** From 1. The parts of a large event have the same type, time and source; each has an id of its own. */
    readonly part: number
    readonly parts: number
    /** True where a text was too long and was shortened. */
    readonly truncated: boolean
    readonly data: EventData<K>
  }
}[T]

/** The position of a record in `__consumer_offsets`. */
export interface RecordPlace {
  readonly partition: number
  readonly offset: number
  /** In ms. */
  readonly timestamp: number
}

/**
 * The position of the transition's last record of that group, or of the transaction marker. The other fields are for
 * sources that are not a log.
 */
export interface EventSource extends RecordPlace {
  readonly kind: 'log'
  readonly after: null
  readonly before: null
  readonly sequence: null
}
