/**
 * What topic ids are called. A partition learns from the records in its own log that carry both, offset commits above
 * all; what `topic` inputs say is told to all partitions (`declared`). One partition never learns from another's log, so
 * that its events do not depend on which is read first.
 */
export class TopicNames {
  readonly #names = new Map<string, string>()
  readonly #declared: TopicNames | null

  constructor(declared: TopicNames | null = null) {
    this.#declared = declared
  }

  /** `id` is the uuid in Kafka's form: URL-safe base64 without padding. An id belongs to one topic for ever. */
  learn(id: string, name: string): void {
    this.#names.set(id, name)
  }

  nameOf(id: string): string | null {
    return this.#names.get(id) ?? this.#declared?.nameOf(id) ?? null
  }

  /** Forgets what was learned here before. Returns the ids of which another name is known now, or none. */
  replace(names: ReadonlyMap<string, string>): string[] {
    const before = new Map(this.#names)
    this.#names.clear()
    for (const [id, name] of names) this.#names.set(id, name)
    return [...new Set([...before.keys(), ...names.keys()])].filter(id => before.get(id) !== names.get(id))
  }

  /** What was learned here, without what was declared. */
  entries(): Iterable<readonly [string, string]> {
    return this.#names
  }
}
