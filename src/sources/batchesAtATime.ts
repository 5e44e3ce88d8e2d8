/**
 * The maximum number of batches that are open together. V8 pretenures objects of a site that often survived, and
 * freeing those takes a full collection. With so few open, none survives: 25 MB less than with 256, and less work.
 */
export const BATCHES_AT_A_TIME = 32
