/** What topic ids are called. An id is the uuid in Kafka's form, URL-safe base64 without padding; it never changes its topic. */
export interface TopicNames {
  /** Null: nobody knows. */
  nameOf(id: string): string | null
}

/** So many topics that are gone keep their names: events about the end of them may follow. */
const mostGone = 10_000

/** What `topic` inputs say of the cluster's topics. */
export class DeclaredNames implements TopicNames {
  readonly #names = new Map<string, string>()
  /** Ids of topics that are gone, the one longest gone first. */
  readonly #gone = new Set<string>()

  learn(id: string, name: string): void {
    this.#gone.delete(id)
    this.#names.set(id, name)
  }

  /** The topic of that id is gone. */
  retire(id: string): void {
    if (!this.#names.has(id)) return
    this.#gone.delete(id)
    this.#gone.add(id)
    if (this.#gone.size <= mostGone) return
    const [first = ''] = this.#gone
    this.#gone.delete(first)
    this.#names.delete(first)
  }

  nameOf(id: string): string | null {
    return this.#names.get(id) ?? null
  }

  get size(): number {
    return this.#names.size
  }
}
