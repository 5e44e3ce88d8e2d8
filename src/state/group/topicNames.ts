/** Names of topic ids. An id is a uuid in Kafka's form, URL-safe base64 without padding; its topic never changes. */
export interface TopicNames {
  /** Null: unknown. */
  nameOf(id: string): string | null
}

/** Number of deleted topics whose names are kept for later events about them. */
const mostGone = 10_000

/** The content of `topic` inputs. */
export class DeclaredNames implements TopicNames {
  readonly #names = new Map<string, string>()
  /** Ids of deleted topics, the one deleted longest ago first. */
  readonly #gone = new Set<string>()

  learn(id: string, name: string): void {
    this.#gone.delete(id)
    this.#names.set(id, name)
  }

  /** The topic of that id was deleted. */
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
