import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { spawnWatched } from '../servers/process.ts'

const launcher = fileURLToPath(new URL('../../bin/koff.js', import.meta.url))

/** A koff of its own, as a user starts it. Disposing of it is kill -9. */
export interface KoffProcess extends AsyncDisposable {
  readonly pid: number
  /** Lines of standard output so far, without one that is not complete yet. */
  lines(): string[]
  stderr(): string
  /** Waits until a line is there that `wanted` accepts, and gives it. Fails when koff ends or `withinMs` is over. */
  line(wanted: (line: string) => boolean, withinMs?: number): Promise<string>
  kill(signal: NodeJS.Signals): void
  /** Exit code and signal. */
  readonly ended: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>
}

export function startKoff(
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
  program: string = launcher,
): KoffProcess {
  const child = spawnWatched({
    command: process.execPath,
    args: [program, ...args],
    env: { ...process.env, ...variables },
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  // Nothing outlives us, however we go.
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  child.once('close', () => process.removeListener('exit', killWithUs))
  const lines = (): string[] => stdout.split('\n').slice(0, -1)
  return {
    pid: child.pid ?? 0,
    lines,
    stderr: () => stderr,
    async line(wanted, withinMs = 60_000) {
      const deadline = performance.now() + withinMs
      for (;;) {
        const found = lines().find(wanted)
        if (found !== undefined) return found
        if (child.exitCode !== null) throw new Error(`koff ${args.join(' ')} ended without such a line: ${stderr}`)
        if (performance.now() > deadline)
          throw new Error(`koff ${args.join(' ')}: no such line in ${withinMs} ms: ${stderr}`)
        await sleep(50)
      }
    },
    kill: signal => child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}

/** Runs koff to its end. */
export async function koff(args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  await using child = startKoff(args, variables)
  const [code] = await child.ended
  return { code, lines: child.lines(), stderr: child.stderr() }
}
