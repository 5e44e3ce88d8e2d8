import type { Fold } from '../../engine/fold.ts'
import type { Diffed } from '../../pipeline/diff.ts'
import type { GroupSlot } from '../../state/group/groupSlot.ts'
import type { PartitionState } from '../../state/partition.ts'
import type { HistoryItem } from '../items.ts'
import { PartitionRecorder } from './partitionRecorder.ts'

export interface RecorderOptions {
  readonly fold: Fold
  readonly cluster: string
  /**
   * `file`: all from the first record on, each committed offset at its own time; the fold has to track changes. `live`: from
   * the end of what was there before, offsets once a minute, and from when to when all of it is known.
   */
  readonly mode: 'file' | 'live'
  /** How often all offsets and log ends are looked at, ms; `file`: for log ends without a commit. */
  readonly progressEveryMs: number
  /** Groups that are recorded. */
  readonly wants: (group: string) => boolean
}

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
        return this.#tick(item.timestamp, item.partitions)
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
    const changed = [...this.#changed]
    this.#changed.clear()
    const isLive = this.#options.mode === 'live'
    // What compaction left of the time before is no history; the state that it ends in is recorded as a whole.
    if (isLive && state.inHistory) return none
    const recorder = this.#recorderOf(state)
    recorder.advance(state.timestamp)
    this.time = Math.max(this.time, state.timestamp)
    const items = recorder.groups(changed)
    if (isLive) return [...items, ...recorder.goOn()]
    items.push(...recorder.offsets(state.changes?.rows ?? []))
    state.changes?.clear()
    return [...items, ...recorder.allOffsetsIfDue()]
  }

  /** `read`: partitions of which everything until then is read; all unless given. */
  #tick(time: number, read?: readonly number[]): readonly HistoryItem[] {
    this.time = Math.max(this.time, time)
    const items: HistoryItem[] = []
    for (const state of this.#options.fold.partitions.values()) {
      if (this.#options.mode === 'live' && state.inHistory) continue
      const recorder = this.#recorderOf(state)
      if (read === undefined || read.includes(state.partition)) recorder.advance(time)
      items.push(...(this.#options.mode === 'live' ? recorder.goOn() : recorder.allOffsetsIfDue()))
    }
    return items
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
