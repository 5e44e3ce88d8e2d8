import { type EventType, eventTypes, offByDefault } from '../events/definitions.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { RecordBatch } from '../kafka/records/batch.ts'
import { LogEnds } from '../state/conditions/logEnds.ts'
import type { SettingsOf } from '../state/conditions/settings.ts'
import { type ShareLag, shareLagOf } from '../state/conditions/shareLag.ts'
import { ShareStarts } from '../state/conditions/shareStarts.ts'
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
  /** The event types to emit; by default those that are on by default. */
  readonly types?: ReadonlySet<EventType>
  /** False omits `group-snapshot` at the end of history (config `snapshot: skip`). Default true. */
  readonly snapshot?: boolean
  /** True where the state is stored: changes are recorded for `takeChanges`. Default false. */
  readonly tracksChanges?: boolean
  /** The thresholds of conditions by group name; the defaults unless given. */
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
 * Inputs of all partitions in, events out. Gives each partition of `__consumer_offsets` its state, decides where its
 * history ends, and drops events of types that are off. Ids do not depend on what is dropped.
 */
export class Fold {
  /** Names from `topic` inputs. */
  readonly names = new DeclaredNames()
  /** The sampled ends of logs. */
  readonly logEnds = new LogEnds()
  /** Where share groups stand, as sampled. */
  readonly shares = new ShareStarts()
  readonly partitions = new Map<number, PartitionState>()
  /** The topics that groups read. */
  readonly reads = new ReadTopics(this.partitions)
  /** The progress of the partitions through what was there when reading began. */
  readonly catchUp = new CatchUp()
  /** The ends of the partitions of `__consumer_offsets`, from the last response. */
  readonly sourceEnds = new Map<number, number>()
  /** The counts of partitions that this instance no longer owns. */
  readonly #past: Totals = { records: 0, offsetRecords: 0, undecodable: 0 }
  readonly #options: FoldOptions
  readonly #hashSeed = randomSeed()
  #heartbeatAt = Number.NEGATIVE_INFINITY
  /** Number of topics after unused ones were last dropped. */
  #readTopics = fewTopics
  /** States of groups in the present round of samples. */
  readonly #states: GroupStateInput[] = []
  /** Events that come before those of the batch that is being read. */
  readonly #before: KoffEvent[] = []
  /** Types that are emitted. */
  readonly types: ReadonlySet<EventType>

  constructor(options: FoldOptions) {
    this.#options = options
    const types = new Set(options.types ?? defaultTypes)
    if (options.snapshot === false) types.delete('group-snapshot')
    this.types = types
  }

  /** Kafka's cluster id; '' where it is not known. */
  get cluster(): string {
    return this.#options.cluster
  }

  /** The events of an input that is not a batch, in order. */
  take(input: Exclude<Input, { readonly kind: 'batch' }>): readonly KoffEvent[] {
    return this.#wanted(this.#take(input))
  }

  /** Before a batch: evaluates samples without a tick, and may end history. */
  beginBatch(batch: RecordBatch): PartitionState {
    // Most batches are of one record: what nearly never happens is not prepared for each.
    if (this.#states.length > 0 || this.logEnds.roundTime >= 0) this.#before.push(...this.#judgeSamples())
    const state = this.stateOf(batch.partition)
    if (state.inHistory && this.#isLive(batch)) this.#before.push(...state.endHistory(batch.maxTimestamp))
    state.begin(batch)
    return state
  }

  /** True after a batch that left nothing to do: no event, and no condition to evaluate. */
  isQuiet(state: PartitionState): boolean {
    return this.#before.length === 0 && state.isQuiet
  }

  /** After the transitions of a batch: all events of the batch, in order. */
  endBatch(state: PartitionState): readonly KoffEvent[] {
    const events = state.end()
    return this.#wanted(this.#before.length === 0 ? events : [...this.#before.splice(0), ...events])
  }

  /** The inputs are at their end: partitions that are still in history end it here. */
  end(): readonly KoffEvent[] {
    const events = [...this.#judgeSamples()]
    for (const state of this.partitions.values()) events.push(...state.endHistory(0))
    return this.#wanted(events)
  }

  /** A new state of a partition, for restoring what is stored. It takes effect when it is adopted. */
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

  /** Continues from a state, before the first input of its partition. */
  adopt(partition: number, state: PartitionState): void {
    this.forget(partition)
    this.partitions.set(partition, state)
  }

  /** Another instance now owns the partition. */
  forget(partition: number): void {
    const state = this.partitions.get(partition)
    if (state !== undefined) add(this.#past, state.reader)
    this.partitions.delete(partition)
    this.catchUp.forget(partition)
    this.sourceEnds.delete(partition)
  }

  /** Counts since the start, including partitions that other instances now own. */
  totals(): Readonly<Totals> {
    const totals = { ...this.#past }
    for (const { reader } of this.partitions.values()) add(totals, reader)
    return totals
  }

  /** Every known group, sorted by name. */
  groups(): GroupView[] {
    // For display: a name that any partition knows is shown for all.
    const nameOf = (id: string) => {
      for (const { names } of this.partitions.values()) {
        const name = names.nameOf(id)
        if (name !== null) return name
      }
      return null
    }
    const names = { nameOf }
    const views = [...this.partitions.values()].flatMap(state =>
      groupViews(state, { names, logEnds: this.logEnds, shares: this.shares }),
    )
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
      case 'shareStart': {
        const isNext = this.shares.hasInRound(input, this.logEnds.round)
        const judged = isNext ? this.#judgeSamples() : NO_EVENTS
        this.shares.add(input, this.logEnds.round)
        return judged
      }
      case 'offsetTime':
        this.logEnds.addTime(input)
        return NO_EVENTS
      case 'tick': {
        const judged = this.#judge(input.timestamp, input)
        return this.types.has('koff-heartbeat') ? [...judged, ...this.#heartbeats(input.timestamp)] : judged
      }
    }
  }

  /** Samples without a tick. */
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
      const isListed = listed.includes(partition)
      return [...state.judge(now, { states: ofPartition, isListed, shares: this.#sharesOf(state) })]
    })
    this.logEnds.endRound()
    this.shares.forgetUnless(group => this.reads.partitionOf(group) !== null)
    this.#forgetUnreadTopics()
    return events
  }

  /** Of the share groups of a partition that were sampled in the present round. */
  #sharesOf({ groups }: PartitionState): ReadonlyMap<string, readonly ShareLag[]> {
    const found = new Map<string, readonly ShareLag[]>()
    if (this.shares.size === 0) return found
    for (const group of this.shares.inRound(this.logEnds.round)) {
      if (!groups.has(group)) continue
      const lags = [...this.shares.of(group)].map(start => shareLagOf(start, this.logEnds))
      found.set(
        group,
        lags.filter(lag => lag !== null),
      )
    }
    return found
  }

  /**
   * Topics come and go with the groups that read them. Unused ones are dropped when there are twice as many as after
   * the last time.
   */
  #forgetUnreadTopics(): void {
    if (this.logEnds.topics <= 2 * this.#readTopics) return
    const read = this.reads.topics()
    this.logEnds.forgetUnless(name => read.has(name))
    this.#readTopics = Math.max(fewTopics, this.logEnds.topics)
  }

  /** For every partition, including those that are behind. A repeated tick counts once. */
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

  /** The state of a partition; creates it when there is none. */
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

/** Below this number nothing is dropped. */
const fewTopics = 500

/** Where nothing says how far the partitions are read, they are read. */
const everythingRead = {}

const NO_EVENTS: readonly KoffEvent[] = []
