import { type EventType, eventTypes, offByDefault } from '../events/definitions.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { RecordBatch } from '../kafka/records/batch.ts'
import { LogEnds } from '../state/conditions/logEnds.ts'
import type { SettingsOf } from '../state/conditions/settings.ts'
import { compareText } from '../state/group/group.ts'
import { DeclaredNames } from '../state/group/topicNames.ts'
import { type GroupView, groupViews } from '../state/group/view.ts'
import type { GroupStateInput, Input, TickInput } from '../state/input.ts'
import { PartitionState } from '../state/partition.ts'
import { heartbeatOf } from '../state/transition/heartbeat.ts'
import { CatchUp } from './catchUp.ts'
import { randomSeed } from './randomSeed.ts'
import { ReadTopics } from './readTopics.ts'

/**
 * Which inputs are history, which makes state but no events:
 * - `none`: every record is news, as if nothing had been there before (a file read from its first record);
 * - `until-start`: up to the end of each partition as it was when the source first told it (a live first read);
 * - `{ liveFrom }`: batches whose records are all older than that time, ms, which may differ by partition. With `untilStart`
 *   it ends at the latest where the partition ended when the source first reported it.
 */
export type History = 'none' | 'until-start' | HistoryBefore

export interface HistoryBefore {
  readonly liveFrom: number | ((partition: number) => number)
  readonly untilStart?: true
}

export interface FoldOptions {
  readonly cluster: string
  readonly history: History
  /** Types to give; by default those that are on by default. */
  readonly types?: ReadonlySet<EventType>
  /** False leaves out `group-snapshot` at the end of history (config `snapshot: skip`). Default true. */
  readonly snapshot?: boolean
  /** True where the state is stored: what changes is noted for `takeChanges`. Default false. */
  readonly tracksChanges?: boolean
  /** When conditions over time open, by the name of the group; the defaults unless given. */
  readonly conditions?: SettingsOf
}

const defaultTypes: ReadonlySet<EventType> = new Set(eventTypes.filter(type => !offByDefault.has(type)))

interface Totals {
  records: number
  offsetRecords: number
  undecodable: number
}

function add(totals: Totals, { records, offsetRecords, undecodable }: Readonly<Totals>): void {
  totals.records += records
  totals.offsetRecords += offsetRecords
  totals.undecodable += undecodable
}

/**
 * Inputs of all partitions in, events out: gives each partition of `__consumer_offsets` its state, decides where its history
 * ends, and leaves out the types that nobody asked for. Ids do not depend on what is left out.
 */
export class Fold {
  /** Names that `topic` inputs told. */
  readonly names = new DeclaredNames()
  /** Where logs end, as sampled. */
  readonly logEnds = new LogEnds()
  readonly partitions = new Map<number, PartitionState>()
  /** What groups read of the cluster's topics. */
  readonly reads = new ReadTopics(this.partitions)
  /** How far the partitions are read of what was there when their reading began. */
  readonly catchUp = new CatchUp()
  /** Where the partitions of `__consumer_offsets` end, as a broker last said. */
  readonly sourceEnds = new Map<number, number>()
  /** What partitions counted that are no longer here. */
  readonly #past: Totals = { records: 0, offsetRecords: 0, undecodable: 0 }
  readonly #options: FoldOptions
  readonly #hashSeed = randomSeed()
  #heartbeatAt = Number.NEGATIVE_INFINITY
  /** How many topics there were when those that nobody reads were last forgotten. */
  #readTopics = fewTopics
  /** States of groups in the present round of samples. */
  readonly #states: GroupStateInput[] = []
  /** Events that come before those of the batch that is being read. */
  readonly #before: KoffEvent[] = []
  /** Types that are given. */
  readonly types: ReadonlySet<EventType>

  constructor(options: FoldOptions) {
    this.#options = options
    const types = new Set(options.types ?? defaultTypes)
    if (options.snapshot === false) types.delete('group-snapshot')
    this.types = types
  }

  /** What an input that is no batch makes happen, in order. */
  take(input: Exclude<Input, { readonly kind: 'batch' }>): readonly KoffEvent[] {
    return this.#wanted(this.#take(input))
  }

  /** Before a batch: samples that no tick followed are judged, and history may end. */
  beginBatch(batch: RecordBatch): void {
    this.#before.push(...this.#judgeSamples())
    const state = this.stateOf(batch.partition)
    if (state.inHistory && this.#isLive(batch)) this.#before.push(...state.endHistory(batch.maxTimestamp))
    state.begin(batch)
  }

  /** After the transitions of a batch: all that it made happen, in order. */
  endBatch(state: PartitionState): readonly KoffEvent[] {
    const events = state.end()
    return this.#wanted(this.#before.length === 0 ? events : [...this.#before.splice(0), ...events])
  }

  /** The inputs are at their end: what was history all along ends here. */
  end(): readonly KoffEvent[] {
    const events = [...this.#judgeSamples()]
    for (const state of this.partitions.values()) events.push(...state.endHistory(0))
    return this.#wanted(events)
  }

  /** A fresh state of a partition, to put what is stored into; it counts when it is adopted. */
  newState(partition: number): PartitionState {
    const { cluster, history, tracksChanges = false, conditions } = this.#options
    const everyCommit = this.types.has('offset-committed')
    return new PartitionState({
      partition,
      cluster,
      names: this.names,
      everyCommit,
      history: history !== 'none',
      tracksChanges,
      logEnds: this.logEnds,
      hashSeed: this.#hashSeed,
      ...(conditions === undefined ? {} : { conditionSettings: conditions }),
    })
  }

  /** Goes on from a state, before the first input of its partition. */
  adopt(partition: number, state: PartitionState): void {
    this.forget(partition)
    this.partitions.set(partition, state)
  }

  /** Another instance owns the partition now. */
  forget(partition: number): void {
    const state = this.partitions.get(partition)
    if (state !== undefined) add(this.#past, state.reader)
    this.partitions.delete(partition)
    this.catchUp.forget(partition)
    this.sourceEnds.delete(partition)
  }

  /** What was read since the start, also of partitions that are another's by now. */
  totals(): Readonly<Totals> {
    const totals = { ...this.#past }
    for (const { reader } of this.partitions.values()) add(totals, reader)
    return totals
  }

  /** Every known group, sorted by name. */
  groups(): GroupView[] {
    // For people: a name that any partition knows is shown for all.
    const nameOf = (id: string) => {
      for (const { names } of this.partitions.values()) {
        const name = names.nameOf(id)
        if (name !== null) return name
      }
      return null
    }
    const names = { nameOf }
    const views = [...this.partitions.values()].flatMap(state => groupViews(state, { names, logEnds: this.logEnds }))
    return views.sort((a, b) => compareText(a.group, b.group))
  }

  #take(input: Exclude<Input, { readonly kind: 'batch' }>): readonly KoffEvent[] {
    switch (input.kind) {
      case 'fault':
        return this.stateOf(input.fault.partition).applyFault(input.fault)
      case 'topic': {
        if (input.id !== '') this.names.learn(input.id, input.name)
        const gone = this.logEnds.describe(input)
        if (gone !== null) this.names.retire(gone)
        if (input.id !== '' && input.partitions === 0) this.names.retire(input.id)
        return []
      }
      case 'position': {
        this.catchUp.hear(input)
        this.sourceEnds.set(input.partition, input.logEnd)
        const state = this.stateOf(input.partition)
        state.position = Math.max(state.position, input.position)
        if (!state.inHistory || !this.#endsAtStart()) return []
        state.historyEnd ??= input.logEnd
        return input.position >= state.historyEnd ? state.endHistory(input.timestamp) : []
      }
      case 'logEnd': {
        const isNext = this.logEnds.hasInRound(input.topic, input.partition)
        const judged = isNext ? this.#judgeSamples() : NO_EVENTS
        this.logEnds.add(input)
        return judged
      }
      case 'groupState': {
        const isNext = this.#states.some(({ group }) => group === input.group)
        const judged = isNext ? this.#judgeSamples() : NO_EVENTS
        this.#states.push(input)
        return judged
      }
      case 'shareStart':
        return NO_EVENTS
      case 'offsetTime':
        this.logEnds.addTime(input)
        return NO_EVENTS
      case 'tick': {
        const judged = this.#judge(input.timestamp, input)
        return this.types.has('koff-heartbeat') ? [...judged, ...this.#heartbeats(input.timestamp)] : judged
      }
    }
  }

  /** Samples that no tick followed. */
  #judgeSamples(): readonly KoffEvent[] {
    const time = this.#states.reduce((latest, { timestamp }) => Math.max(latest, timestamp), this.logEnds.roundTime)
    return time < 0 ? NO_EVENTS : this.#judge(time, everythingRead)
  }

  /** In the order of the partitions' numbers, whichever was seen first. */
  #judge(
    now: number,
    { partitions: read, listed = [] }: Pick<TickInput, 'partitions' | 'listed'>,
  ): readonly KoffEvent[] {
    const partitions = [...this.partitions.keys()].sort((a, b) => a - b)
    const judged = read === undefined ? partitions : partitions.filter(partition => read.includes(partition))
    const states = this.#states.splice(0)
    const events = judged.flatMap(partition => {
      const state = this.stateOf(partition)
      const ofPartition = states.filter(({ group }) => state.groups.has(group))
      return [...state.judge(now, { states: ofPartition, isListed: listed.includes(partition) })]
    })
    this.logEnds.endRound()
    this.#forgetUnreadTopics()
    return events
  }

  /** Topics come and go with the groups that read them. Looked for when there are twice as many as were read before. */
  #forgetUnreadTopics(): void {
    if (this.logEnds.topics <= 2 * this.#readTopics) return
    const read = this.reads.topics()
    this.logEnds.forgetUnless(name => read.has(name))
    this.#readTopics = Math.max(fewTopics, this.logEnds.topics)
  }

  /** Of every partition, also of those that are behind. The same tick twice is one. */
  #heartbeats(time: number): KoffEvent[] {
    if (time <= this.#heartbeatAt) return []
    this.#heartbeatAt = time
    const inOrder = [...this.partitions].sort(([a], [b]) => a - b)
    return inOrder.map(([partition, state]) =>
      heartbeatOf(state, { partition, logEnd: this.sourceEnds.get(partition), time }),
    )
  }

  #isLive({ partition, maxTimestamp }: RecordBatch): boolean {
    const { history } = this.#options
    if (typeof history === 'string') return false
    const { liveFrom } = history
    return maxTimestamp >= (typeof liveFrom === 'number' ? liveFrom : liveFrom(partition))
  }

  #endsAtStart(): boolean {
    const { history } = this.#options
    return history === 'until-start' || (typeof history === 'object' && history.untilStart === true)
  }

  /** The state of a partition, made when there is none. */
  stateOf(partition: number): PartitionState {
    let state = this.partitions.get(partition)
    if (state === undefined) {
      state = this.newState(partition)
      this.partitions.set(partition, state)
    }
    return state
  }

  #wanted(events: readonly KoffEvent[]): readonly KoffEvent[] {
    return events.length === 0 ? events : events.filter(event => this.types.has(event.type))
  }
}

/** With fewer, what nobody reads is not looked for. */
const fewTopics = 500

/** Where nothing says how far the partitions are read, they are read. */
const everythingRead = {}

const NO_EVENTS: readonly KoffEvent[] = []
