import { type EventType, eventTypes, offByDefault } from '../events/definitions.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { compareText } from '../state/group.ts'
import type { Input } from '../state/input.ts'
import { PartitionState } from '../state/partition.ts'
import { TopicNames } from '../state/topicNames.ts'
import { type GroupView, groupViews } from '../state/view.ts'

/**
 * Which inputs are history, which makes state but no events:
 * - `none`: every record is news, as if nothing had been there before (a file read from its first record);
 * - `until-start`: up to the end of each partition as it was when the source first told it (a live first read);
 * - `{ liveFrom }`: batches whose records are all older than that time, ms.
 */
export type History = 'none' | 'until-start' | { readonly liveFrom: number }

export interface FoldOptions {
  readonly cluster: string
  readonly history: History
  /** Types to give; by default those that are on by default. */
  readonly types?: ReadonlySet<EventType>
  /** False leaves out `group-snapshot` at the end of history (config `snapshot: skip`). Default true. */
  readonly snapshot?: boolean
  /** True where the state is stored: what changes is noted for `takeChanges`. Default false. */
  readonly tracksChanges?: boolean
}

const defaultTypes: ReadonlySet<EventType> = new Set(eventTypes.filter(type => !offByDefault.has(type)))

/**
 * Inputs of all partitions in, events out: gives each partition of `__consumer_offsets` its state, decides where its history
 * ends, and leaves out the types that nobody asked for. Ids do not depend on what is left out.
 */
export class Fold {
  /** Names that `topic` inputs told. */
  readonly names = new TopicNames()
  readonly partitions = new Map<number, PartitionState>()
  readonly #options: FoldOptions
  /** Types that are given. */
  readonly types: ReadonlySet<EventType>

  constructor(options: FoldOptions) {
    this.#options = options
    const types = new Set(options.types ?? defaultTypes)
    if (options.snapshot === false) types.delete('group-snapshot')
    this.types = types
  }

  /** What one input makes happen, in order. */
  apply(input: Input): readonly KoffEvent[] {
    return this.#wanted(this.#apply(input))
  }

  /** The inputs are at their end: what was history all along ends here. */
  end(): readonly KoffEvent[] {
    const events: KoffEvent[] = []
    for (const state of this.partitions.values()) events.push(...state.endHistory(0))
    return this.#wanted(events)
  }

  /** A fresh state of a partition, to put what is stored into; it counts when it is adopted. */
  newState(partition: number): PartitionState {
    const { cluster, history, tracksChanges = false } = this.#options
    const everyCommit = this.types.has('offset-committed')
    return new PartitionState({
      partition,
      cluster,
      names: new TopicNames(this.names),
      everyCommit,
      history: history !== 'none',
      tracksChanges,
    })
  }

  /** Goes on from a state, before the first input of its partition. */
  adopt(partition: number, state: PartitionState): void {
    this.partitions.set(partition, state)
  }

  /** Another instance owns the partition now. */
  forget(partition: number): void {
    this.partitions.delete(partition)
  }

  /** Partitions of topics for which a group of this fold has a committed offset, each once. */
  committedPartitions(): { readonly topic: string; readonly partition: number }[] {
    const found = new Map<string, { readonly topic: string; readonly partition: number }>()
    for (const { offsets } of this.partitions.values()) {
      const { table } = offsets
      for (const row of table.rows()) {
        if (table.present[row] !== 1) continue
        const topic = table.topicOf(row).name
        const partition = table.partitions[row] ?? 0
        found.set(`${partition} ${topic}`, { topic, partition })
      }
    }
    return [...found.values()]
  }

  /** True when every partition seen is past its history. */
  get caughtUp(): boolean {
    for (const state of this.partitions.values()) if (state.inHistory) return false
    return true
  }

  /** Every known group, sorted by name. */
  groups(): GroupView[] {
    // For people: a name that any partition knows is shown for all.
    const names = new TopicNames(this.names)
    for (const state of this.partitions.values()) for (const [id, name] of state.names.entries()) names.learn(id, name)
    const views = [...this.partitions.values()].flatMap(state => groupViews(state, names))
    return views.sort((a, b) => compareText(a.group, b.group))
  }

  #apply(input: Input): readonly KoffEvent[] {
    switch (input.kind) {
      case 'batch': {
        const { batch } = input
        const state = this.stateOf(batch.partition)
        if (!state.inHistory || !this.#isLive(batch.maxTimestamp)) return state.apply(batch)
        return [...state.endHistory(batch.maxTimestamp), ...state.apply(batch)]
      }
      case 'fault':
        return this.stateOf(input.fault.partition).applyFault(input.fault)
      case 'topic':
        this.names.learn(input.id, input.name)
        return []
      case 'position': {
        const state = this.stateOf(input.partition)
        state.position = Math.max(state.position, input.position)
        if (!state.inHistory || this.#options.history !== 'until-start') return []
        state.historyEnd ??= input.logEnd
        return input.position >= state.historyEnd ? state.endHistory(input.timestamp) : []
      }
      case 'logEnd':
      case 'tick':
        return []
    }
  }

  #isLive(timestamp: number): boolean {
    const { history } = this.#options
    return typeof history === 'object' && timestamp >= history.liveFrom
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
