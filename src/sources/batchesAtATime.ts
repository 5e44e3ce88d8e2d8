/**
 * Opened together, at most. V8 makes objects of a kind that has often lived long among the old ones from then on, where they
 * cost a full collection. Of so few, none lives long: 25 MB less than with 256, and less to do.
 */
export const BATCHES_AT_A_TIME = 32
