import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'

export interface ServerProcess {
  /** The server's own process id, not a wrapper's. */
  readonly pid: number
  /** Resolves with a few words on how it ended: `exit code 1`, `SIGKILL`. */
  readonly exited: Promise<string>
  /** False as soon as it ended. */
  running(): boolean
  /** The end of what it printed, standard output and error together. */
  output(): string
  signal(name: NodeJS.Signals): void
}

export interface ProcessOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** The server's working folder. */
  readonly folder: string
  /** From `temporaryFolder`: removed if this process ends before the server. The working folder unless given. */
  readonly temporary?: string
}

const outputKept = 16_000

/**
 * The shell becomes the server (same process id) and leaves a watcher behind, which reads a pipe from us. A line on it
 * is an orderly end. End of file without one means that we are gone, however that came about (also kill -9): then the
 * server and its folder go too.
 */
const watched = `
folder=$1; shift
{ read -r _ <&3 || { kill -9 $$; rm -rf "$folder"; }; } >/dev/null 2>&1 &
exec 3<&-
exec "$@"
`

const running = new Set<ServerProcess>()
const temporary = new Set<string>()

export interface WatchedOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Its working folder; ours unless given. */
  readonly folder?: string
  /** A folder that goes with it where this process ends before it. */
  readonly temporary?: string
}

/**
 * Starts a process that cannot outlive this one, with standard output and error as pipes. It gets a session of its own,
 * so that Ctrl-C reaches us alone.
 */
export function spawnWatched({ command, args, env, folder, temporary = '' }: WatchedOptions): ChildProcess {
  const child = spawn('/bin/sh', ['-c', watched, 'sh', temporary, command, ...args], {
    cwd: folder,
    env: env ?? process.env,
    // Not standard input: Node destroys that before it says that the process ended, and our line would be lost.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const line = child.stdio[3] as Writable
  // The watcher may be gone first when the whole session is killed from outside.
  line.on('error', () => undefined)
  child.once('exit', () => line.end('\n'))
  return child
}

/** Starts a server that cannot outlive this process. */
export async function startProcess(options: ProcessOptions): Promise<ServerProcess> {
  const { folder, command } = options
  const child = spawnWatched({ temporary: folder, ...options })
  let output = ''
  const keep = (text: string) => {
    output = (output + text).slice(-outputKept)
  }
  child.stdout?.setEncoding('utf8').on('data', keep)
  child.stderr?.setEncoding('utf8').on('data', keep)
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  const { pid } = child
  if (pid === undefined) throw new Error(`${command} has no process id`)
  const exited = new Promise<string>(resolve => {
    child.once('exit', (code, signal) => {
      running.delete(server)
      resolve(signal ?? `exit code ${code}`)
    })
  })
  const server: ServerProcess = {
    pid,
    exited,
    running: () => child.exitCode === null && child.signalCode === null,
    output: () => output.trim(),
    signal: name => void child.kill(name),
  }
  guardExit()
  running.add(server)
  return server
}

/** A new empty folder that is gone when this process is, unless `removeTemporary` was called before. */
export async function temporaryFolder(name: string, parent: string = tmpdir()): Promise<string> {
  guardExit()
  const folder = await mkdtemp(join(parent, `koff-${name}-`))
  temporary.add(folder)
  return folder
}

/** From now on this file is gone when this process is, unless `removeTemporary` was called before. */
export function removeAtExit(path: string): void {
  guardExit()
  temporary.add(path)
}

/** What is temporary, before this process ends. */
export async function removeTemporary(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5 })
  temporary.delete(path)
}

const deadly = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
let guarded = false

/** The watchers would do it too, but a moment after we are gone: whoever waits for us should find nothing left. */
function guardExit(): void {
  if (guarded) return
  guarded = true
  process.once('exit', endAll)
  for (const signal of deadly) {
    process.once(signal, () => {
      // With other listeners the program has its own idea of how to end; without, this would have killed it.
      if (process.listenerCount(signal) === 0) process.exit(128 + constants.signals[signal])
    })
  }
}

function endAll(): void {
  for (const server of running) server.signal('SIGKILL')
  for (const path of temporary) rmSync(path, { recursive: true, force: true, maxRetries: 5 })
}
