import { compareText } from './group.ts'
import type { TopicNames } from './topicNames.ts'

/** A name that nothing holds any more, since a log position. */
export interface Orphan {
  readonly name: string
  readonly since: number
}

/** So many names are kept that nothing holds; more than twice as many never are, at the end of a batch. */
const mostOrphans = 1_000

/**
 * What the records of one partition tell of topic names: offset commits above all. Groups hold the names of the topics that
 * they know by id. Names that nobody holds are kept for a while: members may still have partitions of these topics.
 *
 * One partition never learns from another's log, so that its events do not depend on which is read first; what is declared
 * holds for all.
 */
export class LearnedNames implements TopicNames {
  readonly #declared: TopicNames
  readonly #held = new Map<string, { readonly name: string; holders: number }>()
  readonly #orphans = new Map<string, Orphan>()
  /** Called with each id of which there is another orphan to store, or none. */
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

  /** A name that a record tells, which somebody may hold or not. */
  mention(id: string, name: string, position: number): void {
    if (!this.#held.has(id)) this.addOrphan(id, { name, since: position })
  }

  addOrphan(id: string, orphan: Orphan): void {
    this.#orphans.set(id, orphan)
    this.#changed(id)
  }

  /** Null where there is none. */
  orphan(id: string): Orphan | null {
    return this.#orphans.get(id) ?? null
  }

  orphans(): Iterable<readonly [string, Orphan]> {
    return this.#orphans
  }

  /** At the end of a batch, so that which are left does not depend on the order in which they were released in it. */
  limitOrphans(): void {
    if (this.#orphans.size <= 2 * mostOrphans) return
    const sorted = [...this.#orphans].sort(([a, { since: x }], [b, { since: y }]) => x - y || compareText(a, b))
    for (const [id] of sorted.slice(0, -mostOrphans)) {
      this.#orphans.delete(id)
      this.#changed(id)
    }
  }

  /** Forgets what nobody holds, and all holders. */
  clear(): void {
    this.#held.clear()
    for (const id of this.#orphans.keys()) this.#changed(id)
    this.#orphans.clear()
  }
}
