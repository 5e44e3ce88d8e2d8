import { setTimeout as sleep } from 'node:timers/promises'
import type { KoffProcess } from '../e2e/koff.ts'
import { type Stage, sessionTimeoutMs } from './stage.ts'

/** The instances that run now, each of which is replaced when it is killed. */
export class Instances {
  readonly #stage: Stage
  readonly #running: KoffProcess[] = []
  /** When one was killed, ms since the epoch. */
  readonly killedAt: number[] = []

  /** Exit codes of those that ended by themselves, and not for want of a broker. */
  readonly #fallen: (number | null)[] = []

  constructor(stage: Stage) {
    this.#stage = stage
  }

  add(): void {
    const instance = this.#stage.startInstance()
    this.#running.push(instance)
    void this.#replaceWhenOver(instance)
  }

  /** As an orchestrator does with one that finds no broker when it starts. */
  async #replaceWhenOver(instance: KoffProcess): Promise<void> {
    const [code] = await instance.ended
    const index = this.#running.indexOf(instance)
    if (index < 0) return
    this.#running.splice(index, 1)
    this.#stage.say(`ended by itself: ${instance.stderr()}`)
    if (!instance.stderr().includes('BROKER_UNREACHABLE')) this.#fallen.push(code)
    this.add()
  }

  /** kill -9 of one of them, and another in its place. */
  async killOne(): Promise<void> {
    const index = Math.floor(Math.random() * this.#running.length)
    const [victim] = this.#running.splice(index, 1)
    if (victim === undefined) throw new Error('no instance runs')
    victim.kill('SIGKILL')
    this.killedAt.push(Date.now())
    await victim.ended
    this.add()
  }

  /** Stops one until the others have taken over, and lets it go on where it was: it does not know that time has passed. */
  async makeZombie(): Promise<void> {
    const zombie = this.#running[Math.floor(Math.random() * this.#running.length)]
    zombie?.kill('SIGSTOP')
    await sleep(sessionTimeoutMs + 2_500)
    zombie?.kill('SIGCONT')
  }

  /** Ends all of them in order; gives exit codes and how long that took at most. */
  async end(): Promise<{ readonly codes: readonly (number | null)[]; readonly ms: number }> {
    const startedAt = performance.now()
    const codes = await Promise.all(
      this.#running.splice(0).map(async instance => {
        instance.kill('SIGTERM')
        const [code] = await instance.ended
        if (code !== 0) this.#stage.say(`ended with ${String(code)}: ${instance.stderr()}`)
        return code
      }),
    )
    return { codes: [...this.#fallen, ...codes], ms: performance.now() - startedAt }
  }
}
