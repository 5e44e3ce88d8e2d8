/** Aborts at a time, ms; never at Infinity. */
export interface Ending extends Disposable {
  readonly signal: AbortSignal
}

/** What setTimeout takes at most: 24 days. */
const maxTimerMs = 2 ** 31 - 1

export function endingAt(time: number): Ending {
  const ends = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const wait = () => {
    const ms = time - Date.now()
    timer = setTimeout(() => (ms > maxTimerMs ? wait() : ends.abort()), Math.max(0, Math.min(ms, maxTimerMs)))
  }
  if (Number.isFinite(time)) wait()
  return { signal: ends.signal, [Symbol.dispose]: () => clearTimeout(timer) }
}
