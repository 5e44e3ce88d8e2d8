import { compareText } from './group.ts'
import type { TopicNames } from './topicNames.ts'

/** A name that no group uses any more, and the log position since then. */
export interface Orphan {
  readonly name: string
  readonly since: number
}

/** Number of unused names that are kept. At the end of a batch there are never more than twice as many. */
const mostOrphans = 1_000

/**
 * Topic names from the records of one partition, above all from offset commits. Groups keep the names of the topics
 * that they know by id. Unused names are kept for a while, because members may still have partitions of these topics.
 * No partition learns from another one's log, so that its events do not depend on which is read first; declared names
 * hold for all.
 */
export class LearnedNames implements TopicNames {
  readonly #declared: TopicNames
  readonly #held = new Map<string, { readonly name: string; holders: number }>()
  readonly #orphans = new Map<string, Orphan>()
  /** Called with each id whose stored entry among the unused names changes. */
  readonly #changed: (id: string) => void

  constructor(declared: TopicNames, changed: (id: string) => void = () => undefined) {
    this.#declared = declared
    this.#changed = changed
  }

  nameOf(id: string): string | null {
    return this.#held.get(id)?.name ?? this.#orphans.get(id)?.name ?? this.#declared.nameOf(id)
  }

  hold(id: string, name: string): void {
    const held = this.#held.get(id)
    if (held !== undefined) held.holders++
    else {
      this.#held.set(id, { name, holders: 1 })
      if (this.#orphans.delete(id)) this.#changed(id)
    }
  }

  release(id: string, position: number): void {
    const held = this.#held.get(id)
    if (held === undefined) return
    held.holders--
    if (held.holders > 0) return
    this.#held.delete(id)
    this.addOrphan(id, { name: held.name, since: position })
  }

  /** A name in a record, used or not. */
  mention(id: string, name: string, position: number): void {
    if (!this.#held.has(id)) this.addOrphan(id, { name, since: position })
  }

  addOrphan(id: string, orphan: Orphan): void {
    this.#orphans.set(id, orphan)
    this.#changed(id)
  }

  /** Null where it is unknown. */
  orphan(id: string): Orphan | null {
    return this.#orphans.get(id) ?? null
  }

  orphans(): Iterable<readonly [string, Orphan]> {
    return this.#orphans
  }

  /** There are more unused names than at the end of a batch. */
  get hasTooMany(): boolean {
    return this.#orphans.size > 2 * mostOrphans
  }

  /** Called at the end of a batch, so that the result does not depend on the order of releases within the batch. */
  limitOrphans(): void {
    if (!this.hasTooMany) return
    const sorted = [...this.#orphans].sort(([a, { since: x }], [b, { since: y }]) => x - y || compareText(a, b))
    for (const [id] of sorted.slice(0, -mostOrphans)) {
      this.#orphans.delete(id)
      this.#changed(id)
    }
  }

  /** Drops unused names, and all users. */
  clear(): void {
    this.#held.clear()
    for (const id of this.#orphans.keys()) this.#changed(id)
    this.#orphans.clear()
  }
}
