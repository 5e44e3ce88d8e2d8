/** Which partitions of `__consumer_offsets` this instance owns. */
export interface Ownership extends AsyncDisposable {
  /** From the last assignment; empty before the first. */
  readonly partitions: ReadonlySet<number>
  /** An assignment was received, even an empty one. */
  readonly isKnown: boolean
  /** Joins the other instances. Fails with what to do where that is impossible. */
  start(tell: OwnershipListener, signal: AbortSignal): Promise<void>
  /** Resolves at the next confirmation of the membership: an instance that was away learns of it then. */
  confirmed(signal: AbortSignal): Promise<void>
}

export interface OwnershipListener {
  /** Called after `partitions` changed. */
  readonly changed: () => void
  /** Called when this instance has dropped out and only a person can mend that. */
  readonly failed: (error: unknown) => void
}

/** For an instance without others. */
export function soleOwnership(partitions: Iterable<number>): Ownership {
  return {
    partitions: new Set(partitions),
    isKnown: true,
    start: async ({ changed }) => changed(),
    confirmed: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
}
