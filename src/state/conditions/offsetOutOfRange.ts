export interface RangeSample {
  readonly offset: number
  readonly logStart: number
  readonly logEnd: number
  /** The committed offset that the last sample found above the log end; null: it did not. */
  readonly above: number | null
}

/**
 * `in`, `out`, or `unsure`: above the log end is what a sample finds that is older than the commit. The same offset
 * above it at the next sample was committed before that sample was taken.
 */
export function rangeOf({ offset, logStart, logEnd, above }: RangeSample): 'in' | 'out' | 'unsure' {
  if (offset < logStart) return 'out'
  if (offset <= logEnd) return 'in'
  return above === offset ? 'out' : 'unsure'
}
