import type { Fold } from '../../engine/fold.ts'
import type { GroupSlot } from '../../state/group/groupSlot.ts'
import type { PartitionState } from '../../state/partition.ts'
import type { CoverageItem, HistoryItem, ItemPlace, Knowledge } from '../items.ts'
import { GroupRecorder } from './groupRecorder.ts'
import { OffsetRecorder } from './offsetRecorder.ts'

/** The interval at which coverage is written, ms. */
const mostCoverEveryMs = 30_000
/** So many groups of those that were there at the start go into one commit. */
const backlogSize = 500

interface RecorderContext {
  readonly fold: Fold
  readonly cluster: string
  /** Offsets and log ends are looked at so often, ms. */
  readonly progressEveryMs: number
  readonly wants: (group: string) => boolean
}

/** Records what happens in one partition of `__consumer_offsets`. */
export class PartitionRecorder {
  readonly state: PartitionState
  readonly #context: RecorderContext
  readonly #groups = new GroupRecorder()
  readonly #offsets = new OffsetRecorder()
  /** Where the state was that this began with: the history continues what an owner before recorded up to there. */
  readonly #from: number
  /** Groups that were there at the start and are still to be recorded; null: not begun. */
  #backlog: GroupSlot[] | null = null
  /** When all that was there at the start was recorded; null: not yet. */
  #completeAt: number | null = null
  #lookedAt = Number.NEGATIVE_INFINITY
  #coveredAt = Number.NEGATIVE_INFINITY
  #time = 0
  #position = -1
  #ordinal = 0

  constructor(state: PartitionState, context: RecorderContext) {
    this.state = state
    this.#context = context
    this.#from = state.position
  }

  /** Time never goes back, so that the order of times is that of positions. */
  advance(time: number): void {
    this.#time = Math.max(this.#time, time)
  }

  groups(changed: Iterable<GroupSlot>): HistoryItem[] {
    const items: HistoryItem[] = []
    for (const slot of changed) {
      if (!this.#context.wants(slot.name)) continue
      const content = this.#groups.record(slot, this.#time)
      if (content !== null) items.push({ kind: 'group', ...this.#place(), ...content })
    }
    const { cluster } = this.#context
    const names = [...this.#groups.newNames(id => this.state.names.nameOf(id))]
    return [...names.map(({ id, name }): HistoryItem => ({ kind: 'topic', cluster, id, name })), ...items]
  }

  offsets(rows: Iterable<number>): HistoryItem[] {
    const points = this.#offsets.record(this.state, rows, this.#context.fold.logEnds)
    const wanted = [...points].filter(([group]) => this.#context.wants(group))
    return wanted.map(([group, ofGroup]) => ({ kind: 'offsets', ...this.#place(), group, points: ofGroup }))
  }

  allOffsetsIfDue(): HistoryItem[] {
    if (this.#time - this.#lookedAt < this.#context.progressEveryMs) return []
    this.#lookedAt = this.#time
    return this.offsets(this.#offsets.allRows(this.state))
  }

  /** In a live log: the rest of what was there at the start, offsets that changed, and from when to when all is known. */
  goOn(): HistoryItem[] {
    this.#backlog ??= this.state.sortedGroups()
    const items = this.groups(this.#backlog.splice(0, backlogSize))
    items.push(...this.allOffsetsIfDue())
    if (this.#backlog.length > 0) return items
    this.#completeAt ??= this.#time
    if (this.#time - this.#coveredAt < Math.min(mostCoverEveryMs, this.#context.progressEveryMs)) return items
    this.#coveredAt = this.#time
    return [...items, this.#coverage(this.#completeAt)]
  }

  #coverage(since: number): CoverageItem {
    const { fold, cluster } = this.#context
    const { partition, position } = this.state
    const lag: readonly Knowledge[] = fold.logEnds.size > 0 ? ['lag'] : []
    const from = { position: this.#from, time: since }
    const to = { position, time: this.#time }
    return { kind: 'coverage', cluster, partition, knows: ['events', 'owners', 'offsets', ...lag], from, to }
  }

  #place(): ItemPlace {
    const { position, partition } = this.state
    if (position !== this.#position) {
      this.#position = position
      this.#ordinal = 0
    }
    return { cluster: this.#context.cluster, partition, position, ordinal: this.#ordinal++, time: this.#time }
  }
}
