import type { KoffEvent } from '../events/envelope.ts'
import type { StateChange } from '../state/stored/entry.ts'
import type { SharedSettings } from './sharedSettings.ts'

/** What is stored beside the state of a partition: what it was made of, and for whom. */
export interface StoredDelivery {
  /** Kafka's id of `__consumer_offsets`; null from brokers before 2.8, which have none. */
  readonly topicId: string | null
  /** How many partitions that had. */
  readonly partitions: number
  /** When koff last had read to the end of the log; of a first read that is not over, when it began. ms since the epoch. */
  readonly currentAt: number
  readonly settings: SharedSettings
  /** How many numbers are used in ids of snapshots, and of what ended unseen, at this position. */
  readonly numbers: Numbers
}

export interface Numbers {
  readonly position: number
  readonly snapshots: number
  readonly gone: number
}

/** No part of the state has this key. */
export const deliveryKey = JSON.stringify(['delivery'])

export function numbersAt(position: number, numbers: Numbers | undefined): Numbers {
  return numbers?.position === position ? numbers : { position, snapshots: 0, gone: 0 }
}

/** The numbers after those in the ids of these events, all of one position. */
export function numbersAfter(events: readonly KoffEvent[], before: Numbers): Numbers {
  let { snapshots, gone } = before
  for (const { id } of events) {
    const [, kind, number] = /-(group-snapshot|gone)-(\d+)$/.exec(id) ?? []
    if (kind === 'gone') gone = Math.max(gone, Number(number) + 1)
    if (kind === 'group-snapshot') snapshots = Math.max(snapshots, Number(number) + 1)
  }
  return { ...before, snapshots, gone }
}

/** A time is written with whatever else is, at most once a minute; alone it is written so often. */
const withOthersMs = 60_000
const aloneMs = 30 * 60_000

/** What is stored of one partition that this instance owns, and what is to be stored next. */
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

  /** Everything in the log was read at that time. */
  readToEnd(at: number): void {
    if (at > this.#value.currentAt) this.#value = { ...this.#value, currentAt: at }
  }

  /** Snapshots were made at the end of history. */
  snapshotsMade(events: readonly KoffEvent[], position: number): void {
    this.#value = { ...this.#value, numbers: numbersAfter(events, numbersAt(position, this.#value.numbers)) }
  }

  /** True where it must be stored, if there is nothing else to store. */
  get isDue(): boolean {
    return this.#isOlderThan(aloneMs)
  }

  /** What to store with the next commit; nothing where what is stored says as much. */
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
