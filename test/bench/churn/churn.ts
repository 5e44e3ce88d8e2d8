import { GroupTable, type StoredTable } from '../../../src/delivery/groupTable.ts'
import { Fold } from '../../../src/engine/fold.ts'
import { eventTypes } from '../../../src/events/definitions.ts'
import { apply } from '../../../src/pipeline/apply.ts'
import type { Input } from '../../../src/state/input.ts'
import { encodeState, takeChanges } from '../../../src/state/stored/encode.ts'
import { foldSamples } from '../../../src/telemetry/foldSamples.ts'
import { type Born, ChurnLog, life, stay } from './lives.ts'

/** What is kept somewhere, by what it is. */
export type Sizes = Readonly<Record<string, number>>

const atOnce = 20
const stepMs = 5_000
/** Steps between two rounds of samples, and between two writes of the state. */
const roundEvery = 4
const writeEvery = 3

/** Groups, topics, members, producers and conditions that come and go. What is written is written to memory. */
export class Churn {
  readonly #log = new ChurnLog()
  readonly #fold = new Fold({ cluster: 'churn', history: 'none', tracksChanges: true, types: new Set(eventTypes) })
  readonly #running: ReturnType<typeof life>[] = []
  readonly #stored = new Map<string, string>()
  readonly #groups = new Set<string>()
  readonly #table: GroupTable
  #storedTable: StoredTable = { of: 'groups', pending: [] }
  readonly born: Born = { groups: 0, topics: 0, members: 0, producers: 0 }
  events = 0
  #count = 0
  #steps = 0
  #next = 0
  readonly #hasStaying: boolean

  /** `hasStaying`: there are groups that stay, whose members, topics and producers come and go. */
  constructor({ hasStaying }: { readonly hasStaying: boolean }) {
    this.#hasStaying = hasStaying
    const state = this.#fold.stateOf(0)
    this.#table = new GroupTable({
      state,
      partition: 0,
      of: 'groups',
      wants: () => true,
      everyMs: 1_000,
      stored: this.#storedTable,
    })
  }

  /** Of groups, topics, members and producers. */
  get lives(): number {
    const { groups, topics, members, producers } = this.born
    return groups + topics + members + producers
  }

  /** So many more lives. */
  run(lives: number): void {
    for (const until = this.lives + lives; this.lives < until; ) this.#step()
  }

  /** Until what is under way is over, and nothing begins. Then nothing happens for so long. */
  rest(ms: number): void {
    while (this.#running.length > 0) this.#advance()
    this.#log.now += ms
    this.#sample()
    this.#write()
  }

  #step(): void {
    if (this.#running.length < atOnce) {
      if (this.#hasStaying) this.#put(stay(this.#log, this.#count, this.born))
      this.#running.push(life(this.#log, this.#count++, this.born))
    }
    this.#advance()
  }

  #advance(): void {
    this.#log.now += stepMs
    this.#next = (this.#next + 1) % this.#running.length
    const step = this.#running[this.#next]?.next()
    if (step?.done === true) this.#running.splice(this.#next, 1)
    else this.#put(step?.value ?? [])
    this.#steps++
    if (this.#steps % roundEvery === 0) this.#sample()
    if (this.#steps % writeEvery === 0) this.#write()
  }

  #put(inputs: readonly Input[]): void {
    for (const input of inputs) this.events += apply(this.#fold, input).length
  }

  /** Every log is some records ahead of its groups. */
  #sample(): void {
    const timestamp = this.#log.now
    const ends = this.#fold.reads.committed().map(({ topic, partition }): Input => {
      return { kind: 'logEnd', topic, partition, logStart: 0, logEnd: 20, timestamp }
    })
    this.#put([...ends, { kind: 'tick', timestamp }])
  }

  #write(): void {
    const { groups, stored } = this.#table.take(this.#log.now)
    for (const { group, value } of groups) {
      if (value === null) this.#groups.delete(group)
      else this.#groups.add(group)
    }
    for (const { key, value } of takeChanges(this.#fold.stateOf(0))) {
      if (value === null) this.#stored.delete(key)
      else this.#stored.set(key, value)
    }
    this.#storedTable = stored
    this.#table.committed(this.#log.now)
  }

  sizes(): Sizes {
    const state = this.#fold.stateOf(0)
    const { offsets, changes, names } = state
    const { table, transactions } = offsets
    const slots = [...state.groups.values()]
    const sum = (of: (slot: (typeof slots)[number]) => number) => slots.reduce((total, slot) => total + of(slot), 0)
    return {
      'stored keys': this.#stored.size,
      'keys of the whole state': encodeState(state).length,
      'stored bytes': [...this.#stored].reduce((total, [key, value]) => total + key.length + value.length, 0),
      'groups in the groups topic': this.#groups.size,
      'groups of it that wait': this.#storedTable.pending?.length ?? 0,
      groups: state.groups.size,
      members: sum(({ group }) => group?.members.size ?? 0),
      'topics of groups': sum(({ topics }) => topics.size),
      'rows of offsets': table.index.size,
      'rows made': table.index.capacity,
      'open transactions': transactions.size,
      'topic names': [...names.orphans()].length,
      'names of the cluster': this.#fold.names.size,
      'sampled topics': this.#fold.logEnds.topics,
      'sampled partitions': this.#fold.logEnds.size,
      'stored transactions': changes?.storedCommits.size ?? 0,
      'stored conditions': changes?.storedConditions.size ?? 0,
      'open conditions of rows': table.watch?.conditions.size ?? 0,
      paces: table.watch?.notes.get('pace')?.size ?? 0,
      'metric series': [...foldSamples(this.#fold, () => true)].length,
    }
  }
}
