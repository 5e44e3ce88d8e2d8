/** A commit inside an open transaction: what it will be if its marker says COMMIT. */
export interface PendingCommit {
  readonly row: number
  /** NaN where only `exact` holds it. */
  readonly offset: number
  readonly exact: bigint
  /** Log position of the record. */
  readonly position: number
  readonly leaderEpoch: number
  readonly metadata: string
  /** 16 bytes, or null where the record carries none. */
  readonly topicId: Buffer | null
}

/** Commits that wait for a marker, per producer, in the order of their records; of one key the last. */
export class OpenTransactions {
  readonly #byProducer = new Map<bigint, Map<number, PendingCommit>>()

  get size(): number {
    return this.#byProducer.size
  }

  /** True where the producer had no commit of this row yet. */
  add(producerId: bigint, commit: PendingCommit): boolean {
    let commits = this.#byProducer.get(producerId)
    if (commits === undefined) {
      commits = new Map()
      this.#byProducer.set(producerId, commits)
    }
    // Deleted first, so that the order is that of the last records.
    const isNew = !commits.delete(commit.row)
    commits.set(commit.row, commit)
    return isNew
  }

  /** Ends the producer's transaction and gives what it held. */
  take(producerId: bigint): readonly PendingCommit[] {
    const commits = this.#byProducer.get(producerId)
    if (commits === undefined) return []
    this.#byProducer.delete(producerId)
    return [...commits.values()]
  }

  /** A tombstone of the key ends the claims of all open transactions on it. Returns whose they were. */
  drop(row: number): readonly bigint[] {
    const dropped: bigint[] = []
    for (const [producerId, commits] of this.#byProducer) {
      if (!commits.delete(row)) continue
      dropped.push(producerId)
      if (commits.size === 0) this.#byProducer.delete(producerId)
    }
    return dropped
  }

  /** Takes away one commit. False where there is none. */
  remove(producerId: bigint, row: number): boolean {
    const commits = this.#byProducer.get(producerId)
    if (commits?.delete(row) !== true) return false
    if (commits.size === 0) this.#byProducer.delete(producerId)
    return true
  }

  /** What a producer's open transaction holds; undefined where it has none. */
  of(producerId: bigint): Iterable<PendingCommit> | undefined {
    return this.#byProducer.get(producerId)?.values()
  }

  *entries(): Generator<readonly [bigint, Iterable<PendingCommit>]> {
    for (const [producerId, commits] of this.#byProducer) yield [producerId, commits.values()]
  }
}
