/** Opened together, at most: what only lives for a moment is cheap, what lives until megabytes are worked on is not. */
export const BATCHES_AT_A_TIME = 256
