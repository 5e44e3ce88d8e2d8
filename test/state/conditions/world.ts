import { Fold, type FoldOptions } from '../../../src/engine/fold.ts'
import type { EventType } from '../../../src/events/definitions.ts'
import type { KoffEvent } from '../../../src/events/envelope.ts'
import { apply } from '../../../src/pipeline/apply.ts'
import { type ConditionSettings, defaultConditionSettings } from '../../../src/state/conditions/settings.ts'
import type { Input } from '../../../src/state/input.ts'
import { encodeState } from '../../../src/state/stored/encode.ts'
import { batchOf, classicOf, commitOf, type TestMember, type TestRecord } from '../batchOf.ts'
import { type Assigned, consumerRecords, type ModernMember } from '../modernRecords.ts'
import { restoreInto } from '../stored/restoreInto.ts'

/** Where time begins, ms. */
export const start = 1_700_000_000_000

export const ordersId = 'AAAAAAAAAAAAAAAAAAAAAQ'

const conditionTypes: ReadonlySet<string> = new Set<EventType>([
  'offset-stalled',
  'offset-resumed',
  'lag-exceeded',
  'lag-recovered',
  'offset-at-risk',
  'offset-safe',
  'offset-out-of-range',
  'offset-range-recovered',
  'rebalance-stuck',
  'rebalance-resumed',
  'rebalance-storm',
  'rebalance-settled',
  'partition-unassigned',
  'partition-assigned',
  'assignment-skewed',
  'assignment-balanced',
])

export function isCondition({ type }: KoffEvent): boolean {
  return conditionTypes.has(type)
}

/** A KIP-848 member: what it is, and what it has; null: it is gone. */
export type Consumer =
  | (ModernMember & {
      /** Epoch it has reached; -2: a static member that is away. */
      readonly epoch: number
      /** By topic id. */
      readonly assigned?: Assigned
      /** What it still has to give up; then it is not stable. */
      readonly revoking?: Assigned
    })
  | null

const { epoch: epochRecord, member: memberRecord, current, regex: regexRecord } = consumerRecords('g')

function recordsOf(members: Readonly<Record<string, Consumer>>): TestRecord[] {
  return Object.entries(members).flatMap(([id, consumer]) => {
    if (consumer === null) return [current(id, null), memberRecord(id, null)]
    const { epoch, assigned = {}, revoking = {} } = consumer
    const state = Object.keys(revoking).length > 0 ? 1 : 0
    return [memberRecord(id, consumer), current(id, { epoch, state, assigned, revoking })]
  })
}

/** Partition of `orders` → its log end, or its log start and end. */
export type Ends = Readonly<Record<number, number | readonly [start: number, end: number]>>

/** A cluster with one partition of `__consumer_offsets`, whose time is moved by hand. */
export class World {
  readonly fold: Fold
  readonly #given: readonly [settings: Partial<ConditionSettings>, options: Partial<FoldOptions>]
  /** All that was put in. */
  readonly inputs: Input[] = []
  readonly events: KoffEvent[] = []
  now = start
  #offset = 0

  constructor(settings: Partial<ConditionSettings> = {}, options: Partial<FoldOptions> = {}) {
    this.#given = [settings, options]
    this.fold = new Fold({
      cluster: 'c',
      history: 'none',
      tracksChanges: true,
      conditions: () => ({ ...defaultConditionSettings, ...settings }),
      ...options,
    })
  }

  input(input: Input): void {
    this.inputs.push(input)
    this.events.push(...apply(this.fold, input))
  }

  /** Seconds. */
  wait(seconds: number): this {
    this.now += seconds * 1000
    return this
  }

  batch(...records: readonly TestRecord[]): this {
    const batch = batchOf(records, { baseOffset: this.#offset, timestamp: this.now })
    this.#offset = batch.lastOffset + 1
    this.input({ kind: 'batch', batch })
    return this
  }

  /** Commits of `orders`: partition → offset, null deletes. */
  commit(offsets: Readonly<Record<number, number | null>>, group = 'g'): this {
    const commits = Object.entries(offsets).map(([partition, offset]) =>
      commitOf(group, 'orders', Number(partition), offset, this.now),
    )
    return this.batch(...commits)
  }

  /** A classic group's completed generation; without members it is empty. */
  generation(number: number, ...members: readonly TestMember[]): this {
    return this.batch(classicOf('g', number, members))
  }

  /** A KIP-848 group's epoch, and some of its members. */
  epoch(number: number, members: Readonly<Record<string, Consumer>>): this {
    return this.batch(epochRecord(number), ...recordsOf(members))
  }

  /** The record that ends the classic group. */
  tombstone(): TestRecord {
    return classicOf('g', null)
  }

  /** The records that end the KIP-848 group with these members. */
  gone(...members: readonly string[]): TestRecord[] {
    return [...recordsOf(Object.fromEntries(members.map(id => [id, null]))), epochRecord(null)]
  }

  /** What the broker found for a regular expression of the KIP-848 group; null: nothing any more. */
  regex(regex: string, topics: readonly string[] | null): this {
    return this.batch(regexRecord(regex, topics))
  }

  /** Changes of members alone. */
  members(members: Readonly<Record<string, Consumer>>): this {
    return this.batch(...recordsOf(members))
  }

  /** Log ends of `orders` as they are `lateSeconds` ago, and a tick. */
  sample(ends: Ends, lateSeconds = 0): this {
    for (const [partition, at] of Object.entries(ends)) {
      const [logStart, logEnd] = typeof at === 'number' ? [0, at] : at
      const timestamp = this.now - lateSeconds * 1000
      this.input({ kind: 'logEnd', topic: 'orders', partition: Number(partition), logStart, logEnd, timestamp })
    }
    return this.tick()
  }

  tick(): this {
    this.input({ kind: 'tick', timestamp: this.now })
    return this
  }

  /** The coordinator lists its groups: the classic group is in that state, or in none that rebalances (null). */
  listed(state: string | null, { position = this.#offset, group = 'g' } = {}): this {
    if (state !== null) this.input({ kind: 'groupState', group, state, position, timestamp: this.now })
    this.input({ kind: 'tick', timestamp: this.now, listed: [0] })
    return this
  }

  /** The next offset of the log. */
  get position(): number {
    return this.#offset
  }

  /** How many partitions a topic has, and its id. */
  topic(partitions: number, name = 'orders', id = ordersId): this {
    this.input({ kind: 'topic', id, name, partitions })
    return this
  }

  /** Another instance that goes on from the stored state of this one. */
  restarted(): World {
    const other = new World(...this.#given)
    other.fold.adopt(0, restoreInto(other.fold.newState(0), encodeState(this.fold.stateOf(0))))
    other.now = this.now
    other.#offset = this.#offset
    return other
  }

  /** Every ten seconds for so long. */
  every10(seconds: number, what: (world: this, second: number) => void): this {
    for (let second = 10; second <= seconds; second += 10) {
      this.wait(10)
      what(this, second)
    }
    return this
  }

  get conditions(): KoffEvent[] {
    return this.events.filter(isCondition)
  }

  /** The events of conditions in a few words: the second since the start, type, and which partition. */
  get said(): string[] {
    return this.conditions.map(({ type, time, data }) => {
      const place = 'partition' in data && 'topic' in data ? ` ${data.topic}/${data.partition}` : ''
      return `${(time - start) / 1000} ${type}${place}`
    })
  }
}

export function member(id: string, partitions: readonly number[], more: Partial<TestMember> = {}): TestMember {
  return { id, assigned: { orders: partitions }, ...more }
}

/** A KIP-848 member that has these partitions of `orders`. */
export function consumer(epoch: number, partitions: readonly number[], more: ModernMember = {}) {
  return { epoch, assigned: { [ordersId]: partitions }, ...more }
}
