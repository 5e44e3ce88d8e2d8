import type { Fold } from '../../engine/fold.ts'
import type { Diffed } from '../../pipeline/diff.ts'
import type { GroupSlot } from '../../state/group/groupSlot.ts'
import type { PartitionState } from '../../state/partition.ts'
import type { HistoryItem, ItemPlace } from '../items.ts'
import { GroupRecorder } from './groupRecorder.ts'
import { OffsetRecorder } from './offsetRecorder.ts'

export interface RecorderOptions {
  readonly fold: Fold
  readonly cluster: string
  /**
   * `every-change`: each committed offset, at its own time; the fold has to track changes. Else how long from one look at
   * all offsets to the next, ms of the time of the records.
   */
  readonly progress: 'every-change' | { readonly everyMs: number }
}

/** Log ends without a commit are recorded at most once in so long. */
const logEndsEveryMs = 60_000

/** Turns what passes through a pipeline into items of a history: groups that changed, offsets, names of topics. */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #partitions = new Map<number, PartitionRecorder>()
  /** Slots that the present batch changed. */
  readonly #changed = new Set<GroupSlot>()
  /** Of the newest input, ms; -1 before the first. */
  time = -1

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  /** Takes every item between the comparison of groups and the conditions over time. Returns what to keep, in order. */
  take(item: Diffed): readonly HistoryItem[] {
    switch (item.kind) {
      case 'change':
        this.#changed.add(item.change.transition.slot)
        return none
      case 'end':
        return this.#endBatch(item.state)
      case 'topic':
        if (item.id === '') return none
        return [{ kind: 'topic', cluster: this.#options.cluster, id: item.id, name: item.name }]
      case 'tick':
        return this.#lookAtOffsets(item.timestamp)
      case 'fault':
      case 'position':
      case 'logEnd':
      case 'groupState':
      case 'shareStart':
      case 'offsetTime':
        return none
    }
  }

  #endBatch(state: PartitionState): readonly HistoryItem[] {
    const recorder = this.#recorderOf(state)
    recorder.advance(state.timestamp)
    this.time = Math.max(this.time, state.timestamp)
    const items = recorder.groups(this.#changed)
    this.#changed.clear()
    if (this.#options.progress === 'every-change') items.push(...recorder.offsets(state.changes?.rows ?? []))
    state.changes?.clear()
    items.push(...this.#offsetsIfDue(recorder, state.timestamp))
    return items
  }

  #lookAtOffsets(time: number): readonly HistoryItem[] {
    this.time = Math.max(this.time, time)
    const states = [...this.#options.fold.partitions.values()]
    return states.flatMap(state => this.#offsetsIfDue(this.#recorderOf(state), time))
  }

  #offsetsIfDue(recorder: PartitionRecorder, time: number): readonly HistoryItem[] {
    const { progress } = this.#options
    const everyMs = progress === 'every-change' ? logEndsEveryMs : progress.everyMs
    if (time - recorder.lookedAt < everyMs) return none
    recorder.advance(time)
    recorder.lookedAt = time
    return recorder.allOffsets()
  }

  #recorderOf(state: PartitionState): PartitionRecorder {
    const known = this.#partitions.get(state.partition)
    if (known !== undefined && known.state === state) return known
    const recorder = new PartitionRecorder(state, this.#options)
    this.#partitions.set(state.partition, recorder)
    return recorder
  }
}

const none: readonly HistoryItem[] = []

class PartitionRecorder {
  readonly state: PartitionState
  /** When all offsets were last looked at, ms. */
  lookedAt = Number.NEGATIVE_INFINITY
  readonly #options: RecorderOptions
  readonly #groups = new GroupRecorder()
  readonly #offsets = new OffsetRecorder()
  #time = 0
  #position = -1
  #ordinal = 0

  constructor(state: PartitionState, options: RecorderOptions) {
    this.state = state
    this.#options = options
  }

  /** Time never goes back, so that the order of times is that of positions. */
  advance(time: number): void {
    this.#time = Math.max(this.#time, time)
  }

  groups(changed: Iterable<GroupSlot>): HistoryItem[] {
    const items: HistoryItem[] = []
    for (const slot of changed) {
      const content = this.#groups.record(slot, this.#time)
      if (content !== null) items.push({ kind: 'group', ...this.#place(), ...content })
    }
    const { cluster } = this.#options
    const names = [...this.#groups.newNames(id => this.state.names.nameOf(id))]
    return [...names.map(({ id, name }): HistoryItem => ({ kind: 'topic', cluster, id, name })), ...items]
  }

  offsets(rows: Iterable<number>): HistoryItem[] {
    const points = this.#offsets.record(this.state, rows, this.#options.fold.logEnds)
    return [...points].map(([group, ofGroup]) => ({ kind: 'offsets', ...this.#place(), group, points: ofGroup }))
  }

  allOffsets(): HistoryItem[] {
    return this.offsets(this.#offsets.allRows(this.state))
  }

  #place(): ItemPlace {
    const { position, partition } = this.state
    if (position !== this.#position) {
      this.#position = position
      this.#ordinal = 0
    }
    return { cluster: this.#options.cluster, partition, position, ordinal: this.#ordinal++, time: this.#time }
  }
}
