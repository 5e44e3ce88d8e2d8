import { setTimeout as sleep } from 'node:timers/promises'
import type { AvroMessage } from '../clients/avro.ts'
import { Instances } from './instances.ts'
import { startLoad } from './load.ts'
import type { Stage } from './stage.ts'
import type { Verdict } from './verdict.ts'

export interface Disturbances {
  /** How many instances run at first; another joins when half of the kills are done. */
  readonly instances: number
  readonly kills: number
  /** Instances that are stopped past their session and resumed; there must be two at least. */
  readonly zombies: number
  /** Of each broker in turn, every second one with kill -9. */
  readonly brokerRestarts: number
  /** At most so long from one to the next, ms: short ones come before koff is back at work. */
  readonly pauseMs: number
}

export interface Outcome {
  readonly verdict: Verdict
  /** From each kill until something is delivered again, ms: of one instance, its take-over. */
  readonly takeOverMs: readonly number[]
  readonly exitCodes: readonly (number | null)[]
  readonly endMs: number
}

/** A load of real groups, and an instance of koff, a broker or its network at fault all the time. */
export async function disturbed(stage: Stage, disturbances: Disturbances): Promise<Outcome> {
  const { kafka, say } = stage
  const instances = new Instances(stage)
  for (let i = 0; i < disturbances.instances; i++) instances.add()
  await stage.caughtUp()
  const load = startLoad({ bootstrap: kafka.bootstrap, java: stage.java, admin: stage.admin })
  for (const [done, act] of schedule(disturbances).entries()) {
    await sleep(100 + Math.random() * disturbances.pauseMs)
    say(`${done + 1}: ${act.kind}`)
    switch (act.kind) {
      case 'kill':
        await instances.killOne()
        break
      case 'add':
        instances.add()
        break
      case 'zombie':
        await instances.makeZombie()
        break
      case 'broker': {
        const node = stage.kafka.nodes[act.number % kafka.nodes.length]
        await (act.number % 2 === 0 ? node?.kill() : node?.shutdown())
        await sleep(1_000)
        await node?.start()
      }
    }
  }
  await sleep(1_000)
  await load.stop()
  await stage.settled()
  const { codes, ms } = await instances.end()
  const { done, failed } = load.counts
  say(`${done} requests of clients answered, ${failed} not`)
  return {
    verdict: await stage.verdict(),
    takeOverMs: takeOvers(instances.killedAt, await stage.read()),
    exitCodes: codes,
    endMs: ms,
  }
}

type Act = { readonly kind: 'kill' | 'add' | 'zombie' } | { readonly kind: 'broker'; readonly number: number }

/** Kills all over the time, the rest in between. */
function schedule({ kills, zombies, brokerRestarts, instances }: Disturbances): Act[] {
  const others: Act[] = [
    ...(instances > 1 ? [{ kind: 'add' } as const] : []),
    ...Array.from({ length: zombies }, () => ({ kind: 'zombie' }) as const),
    ...Array.from({ length: brokerRestarts }, (_, number) => ({ kind: 'broker', number }) as const),
  ]
  const every = Math.max(1, Math.floor(kills / (others.length + 1)))
  const acts = Array.from({ length: kills }, (_, kill): Act[] => {
    const other = (kill + 1) % every === 0 ? others.shift() : undefined
    return [{ kind: 'kill' }, ...(other === undefined ? [] : [other])]
  })
  return [...acts.flat(), ...others]
}

/** Of each kill: how long until something is delivered again, unless the next one came before. */
function takeOvers(killedAt: readonly number[], messages: readonly AvroMessage[]): number[] {
  return killedAt.flatMap((from, index) => {
    const to = killedAt[index + 1] ?? Number.POSITIVE_INFINITY
    const first = messages.reduce((least, { timestamp }) => (timestamp > from ? Math.min(least, timestamp) : least), to)
    return first < to ? [first - from] : []
  })
}
