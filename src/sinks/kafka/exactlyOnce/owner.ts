/** The last writer, stored beside the state: for people, above all for `koff status`. */
export interface Owner {
  readonly host: string
  readonly pid: number
}

/** No part of the state has this key. */
export const ownerKey = JSON.stringify(['owner'])

/** The value under `ownerKey`. */
export interface StoredOwner extends Owner {
  /** The id of the state topic; absent where the broker has no topic ids. */
  readonly stateTopicId?: string
  /** ms since the epoch. */
  readonly committedAt: number
}
