/** Who wrote last, beside the state in the state topic: for people, `koff status` above all. */
export interface Owner {
  readonly host: string
  readonly pid: number
}

/** No part of the state has this key. */
export const ownerKey = JSON.stringify(['owner'])

/** The value under `ownerKey`. */
export interface StoredOwner extends Owner {
  /** Of the state topic that it was written to; absent where the broker has no topic ids. */
  readonly stateTopicId?: string
  /** ms since the epoch. */
  readonly committedAt: number
}
