/*
 * How Burrow judges a partition of a group, as a model: its rules in their order, with its windows of ten commits and of
 * ten log ends, of which one is stored every ten seconds.
 */

export type BurrowStatus = 'OK' | 'STOP' | 'REWIND' | 'STALL' | 'WARN'

export interface BurrowCommit {
  readonly offset: number
  /** ms. */
  readonly time: number
  /** The log end known when it was stored, less the offset. */
  readonly lag: number
}

const windowSize = 10
const allowedLag = 0

export class BurrowPartition {
  readonly commits: BurrowCommit[] = []
  readonly logEnds: { readonly logEnd: number; readonly time: number }[] = []

  commit(offset: number, time: number): void {
    const logEnd = this.logEnds.at(-1)?.logEnd ?? offset
    this.commits.push({ offset, time, lag: Math.max(0, logEnd - offset) })
    if (this.commits.length > windowSize) this.commits.shift()
  }

  logEnd(logEnd: number, time: number): void {
    this.logEnds.push({ logEnd, time })
    if (this.logEnds.length > windowSize) this.logEnds.shift()
  }

  get isComplete(): boolean {
    return this.commits.length === windowSize
  }

  /** What the window of commits spans, ms. */
  get span(): number {
    return (this.commits.at(-1)?.time ?? 0) - (this.commits[0]?.time ?? 0)
  }

  status(now: number): BurrowStatus {
    const { commits, logEnds } = this
    const last = commits.at(-1)
    if (last === undefined || !this.isComplete) return 'OK'
    if ((logEnds.at(-1)?.logEnd ?? 0) - last.offset <= allowedLag) return 'OK'
    if (now - last.time > this.span && logEnds.every(({ logEnd }) => logEnd > last.offset)) return 'STOP'
    if (isRewound(commits)) return 'REWIND'
    if (commits.some(({ lag }) => lag <= allowedLag)) return 'OK'
    if (commits.every(({ offset }) => offset === last.offset)) return 'STALL'
    return commits.every(({ lag }, at) => at === 0 || lag >= (commits[at - 1]?.lag ?? 0)) ? 'WARN' : 'OK'
  }
}

/** An offset lower than the one before it, and no later one as high as that. */
function isRewound(commits: readonly BurrowCommit[]): boolean {
  return commits.some(({ offset }, at) => {
    const before = commits[at - 1]?.offset ?? 0
    return offset < before && commits.slice(at).every(later => later.offset < before)
  })
}
