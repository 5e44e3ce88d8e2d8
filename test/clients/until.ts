import { setTimeout as sleep } from 'node:timers/promises'

export interface Waiting<T> {
  /** For people: what is being waited for. */
  readonly what: string
  readonly ask: () => Promise<T>
  readonly good: (answer: T) => boolean
  /** 60 s unless given: machines are busy, and whoever waits in vain has lost nothing but time. */
  readonly withinMs?: number
}

const everyMs = 50

/** Asks again and again until the answer is good; after `withinMs` it fails with the last answer. */
export async function until<T>({ what, ask, good, withinMs = 60_000 }: Waiting<T>): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (good(answer)) return answer
    if (Date.now() >= deadline) throw new Error(`${what}: not within ${withinMs} ms; last: ${JSON.stringify(answer)}`)
    await sleep(everyMs)
  }
}
