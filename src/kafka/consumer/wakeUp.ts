/** Lets one loop sleep until an event, a time, or an abort, whichever is first. */
export interface WakeUp {
  /** Ends the present `wait`, or makes the next one return at once. */
  readonly wake: () => void
  /** Never rejects: the caller checks the signal itself. */
  readonly wait: (timeoutMs: number, signal: AbortSignal) => Promise<void>
}

export function createWakeUp(): WakeUp {
  let awake = false
  let resume: (() => void) | null = null
  const wake = () => {
    awake = true
    resume?.()
  }
  const wait = async (timeoutMs: number, signal: AbortSignal) => {
    if (!awake && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      resume = resolve
      const timer = Number.isFinite(timeoutMs) ? setTimeout(resolve, Math.max(0, timeoutMs)) : undefined
      signal.addEventListener('abort', wake, { once: true })
      await promise
      signal.removeEventListener('abort', wake)
      clearTimeout(timer)
      resume = null
    }
    awake = false
  }
  return { wake, wait }
}
