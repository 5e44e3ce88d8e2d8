import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/** A program that reads the topic: prints `start`, reads, prints its counts as JSON, and waits for the end of its input. */
export interface Reader {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** What one run of a reader cost. */
export interface Run {
  readonly counts: Readonly<Record<string, number>>
  /** From `start`, when its code is loaded, until it has read everything. */
  readonly seconds: number
  /** Of all its threads, from the birth of the process: loading and compiling its code is part of what it costs. */
  readonly cpuSeconds: number
  /** The most memory that it ever had. */
  readonly peakMb: number
}

/** Runs a reader in a process of its own; looks at what the kernel says of it before it ends. */
export async function measure({ name, command, args, env }: Reader): Promise<Run> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  const ended = new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject))
  ended.catch(() => undefined)
  let startedAt = 0
  let run: Run | null = null
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'start') startedAt = performance.now()
    if (!line.startsWith('{') || child.pid === undefined) continue
    const seconds = (performance.now() - startedAt) / 1000
    run = { counts: JSON.parse(line) as Record<string, number>, seconds, ...(await costOf(child.pid)) }
    child.stdin.end()
  }
  const code = await ended
  if (run === null || code !== 0) throw new Error(`${name} ended with exit code ${String(code)}`)
  return run
}

/** USER_HZ, which is the same on every Linux. */
const ticksPerSecond = 100

async function costOf(pid: number): Promise<Pick<Run, 'cpuSeconds' | 'peakMb'>> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  // The name of the program, in brackets, can hold anything; user time and system time are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  if (peak === undefined || Number.isNaN(cpuSeconds)) throw new Error(`the kernel tells nothing of process ${pid}`)
  return { cpuSeconds, peakMb: Number(peak) / 1024 }
}
