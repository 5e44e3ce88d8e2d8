/** Which partitions of `__consumer_offsets` are this instance's. */
export interface Ownership extends AsyncDisposable {
  /** As last told; none before that. */
  readonly partitions: ReadonlySet<number>
  /** It was told, if only that there are none. */
  readonly isKnown: boolean
  /** Joins in. Fails where that cannot work, with what to do. */
  start(tell: OwnershipListener, signal: AbortSignal): Promise<void>
  /** Resolves when the others next agree that this instance is one of them: an instance that was away learns of it. */
  confirmed(signal: AbortSignal): Promise<void>
}

export interface OwnershipListener {
  /** Called after `partitions` changed. */
  readonly changed: () => void
  /** Called when this instance has no part in it any more, and nothing but a person can mend that. */
  readonly failed: (error: unknown) => void
}

/** For an instance that has nobody to share with. */
export function soleOwnership(partitions: Iterable<number>): Ownership {
  return {
    partitions: new Set(partitions),
    isKnown: true,
    start: async ({ changed }) => changed(),
    confirmed: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
}
