import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from './load.ts'
import { type Stage, sessionTimeoutMs } from './stage.ts'
import type { Verdict } from './verdict.ts'

export interface NetworkOutcome {
  readonly verdict: Verdict
  /** What the instance behind the wire said of trouble, and of its end. */
  readonly lines: readonly string[]
  readonly exitCodes: readonly (number | null)[]
}

/**
 * An instance whose network is cut under load, again and again: so shortly that nobody misses it, so long that another takes
 * over and it comes back as a zombie, and at last alone, when nobody can take over. Connections are reset in between.
 */
export async function behindACutNetwork(stage: Stage, rounds: number): Promise<NetworkOutcome> {
  const { kafka, java, admin, wire, say } = stage
  if (wire === null) throw new Error('this stage has no wire')
  const cutOff = stage.startInstance({ overWire: true })
  const other = stage.startInstance()
  await stage.caughtUp()
  const load = startLoad({ bootstrap: kafka.bootstrap, java, admin })
  const cutFor = async (ms: number) => {
    say(`cut for ${ms} ms`)
    wire.cut()
    await sleep(ms)
    wire.heal()
    await sleep(1_000 + Math.random() * 2_000)
  }
  for (let round = 0; round < rounds; round++) {
    await cutFor(500)
    await cutFor(sessionTimeoutMs + 3_000)
    say('connections reset')
    wire.reset()
    await sleep(1_000 + Math.random() * 2_000)
  }
  other.kill('SIGTERM')
  const [otherCode] = await other.ended
  await sleep(sessionTimeoutMs + 2_000)
  await cutFor(sessionTimeoutMs + 3_000)
  await load.stop()
  await stage.settled()
  cutOff.kill('SIGTERM')
  const [code] = await cutOff.ended
  const lines = cutOff
    .stderr()
    .split('\n')
    .filter(line => line !== '')
    .map(line => (JSON.parse(line) as { readonly msg: string }).msg)
  const { done, failed } = load.counts
  say(`${done} requests of clients answered, ${failed} not`)
  return { verdict: await stage.verdict(), lines, exitCodes: [otherCode, code] }
}
