import type { KoffEvent } from '../events/envelope.ts'
import type { StateChange } from '../state/stored/entry.ts'
import type { SharedSettings } from './sharedSettings.ts'

/** What is stored beside the state of a partition: the log it belongs to, and the settings. */
export interface StoredDelivery {
  /** Kafka's id of `__consumer_offsets`; null from brokers before 2.8, which have none. */
  readonly topicId: string | null
  /** Number of partitions of `__consumer_offsets`. */
  readonly partitions: number
  /** When koff last read to the end of the log; for an unfinished first read, when it began. ms since the epoch. */
  readonly currentAt: number
  readonly settings: SharedSettings
  /** How many numbers are used in ids of snapshots, and of groups that ended unseen, at this position. */
  readonly numbers: Numbers
}

export interface Numbers {
  readonly position: number
  readonly snapshots: number
  readonly gone: number
}

/** No other entry of the state has this key. */
export const deliveryKey = JSON.stringify(['delivery'])

export function numbersAt(position: number, numbers: Numbers | undefined): Numbers {
  return numbers?.position === position ? numbers : { position, snapshots: 0, gone: 0 }
}

/** The numbers that follow those in the ids of these events, all of one position. */
export function numbersAfter(events: readonly KoffEvent[], before: Numbers): Numbers {
  let { snapshots, gone } = before
  for (const { id } of events) {
    const [, kind, number] = /-(group-snapshot|gone)-(\d+)$/.exec(id) ?? []
    if (kind === 'gone') gone = Math.max(gone, Number(number) + 1)
    if (kind === 'group-snapshot') snapshots = Math.max(snapshots, Number(number) + 1)
  }
  return { ...before, snapshots, gone }
}

/** A time is written with other changes at most once a minute; alone it is written at this interval. */
const withOthersMs = 60_000
const aloneMs = 30 * 60_000

/** The stored entry of one partition that this instance owns, and the next one. */
export class DeliveryEntry {
  #value: StoredDelivery
  #stored: StoredDelivery | null

  constructor(value: StoredDelivery, stored: StoredDelivery | null) {
    this.#value = value
    this.#stored = stored
  }

  get value(): StoredDelivery {
    return this.#value
  }

  /** The log was read to its end at that time. */
  readToEnd(at: number): void {
    if (at > this.#value.currentAt) this.#value = { ...this.#value, currentAt: at }
  }

  /** The number of snapshots that the end of history produced. */
  snapshotsMade(snapshots: number, position: number): void {
    this.#value = { ...this.#value, numbers: { ...numbersAt(position, this.#value.numbers), snapshots } }
  }

  /** True where it must be stored even without other changes. */
  get isDue(): boolean {
    return this.#isOlderThan(aloneMs)
  }

  /** The entry for the next commit; empty where the stored one is up to date. */
  takeChange(): readonly StateChange[] {
    if (!this.#isOlderThan(withOthersMs)) return []
    this.#stored = this.#value
    return [{ key: deliveryKey, value: JSON.stringify(this.#value) }]
  }

  #isOlderThan(ms: number): boolean {
    const [stored, value] = [this.#stored, this.#value]
    if (stored === null || value.currentAt - stored.currentAt >= ms) return true
    return JSON.stringify({ ...stored, currentAt: 0 }) !== JSON.stringify({ ...value, currentAt: 0 })
  }
}
