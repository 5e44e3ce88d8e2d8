/** A commit in an open transaction, which takes effect if its marker is COMMIT. */
export interface PendingCommit {
  readonly row: number
  /** NaN where it exceeds a safe integer: `exact` then has it. */
  readonly offset: number
  readonly exact: bigint
  /** Log position of the record. */
  readonly position: number
  readonly leaderEpoch: number
  readonly metadata: string
  /** 16 bytes, or null where the record carries none. */
  readonly topicId: Buffer | null
}

/** Commits that await a marker, by producer, in the order of their records; of one key the last. */
export class OpenTransactions {
  readonly #byProducer = new Map<bigint, Map<number, PendingCommit>>()

  get size(): number {
    return this.#byProducer.size
  }

  /** True for the producer's first commit of this row. */
  add(producerId: bigint, commit: PendingCommit): boolean {
    let commits = this.#byProducer.get(producerId)
    if (commits === undefined) {
      commits = new Map()
      this.#byProducer.set(producerId, commits)
    }
    // Deleted first, to keep the order of the last records.
    const isNew = !commits.delete(commit.row)
    commits.set(commit.row, commit)
    return isNew
  }

  /** Ends the producer's transaction and returns its commits. */
  take(producerId: bigint): readonly PendingCommit[] {
    const commits = this.#byProducer.get(producerId)
    if (commits === undefined) return []
    this.#byProducer.delete(producerId)
    return [...commits.values()]
  }

  /** A tombstone of the key discards the commits of all open transactions for it. Returns their producers. */
  drop(row: number): readonly bigint[] {
    const dropped: bigint[] = []
    for (const [producerId, commits] of this.#byProducer) {
      if (!commits.delete(row)) continue
      dropped.push(producerId)
      if (commits.size === 0) this.#byProducer.delete(producerId)
    }
    return dropped
  }

  /** Removes one commit. False where there is none. */
  remove(producerId: bigint, row: number): boolean {
    const commits = this.#byProducer.get(producerId)
    if (commits?.delete(row) !== true) return false
    if (commits.size === 0) this.#byProducer.delete(producerId)
    return true
  }

  /** The commits of a producer's open transaction; undefined without one. */
  of(producerId: bigint): Iterable<PendingCommit> | undefined {
    return this.#byProducer.get(producerId)?.values()
  }

  *entries(): Generator<readonly [bigint, Iterable<PendingCommit>]> {
    for (const [producerId, commits] of this.#byProducer) yield [producerId, commits.values()]
  }
}
