import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { DownloadOptions } from '../servers/maven.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { clientProgram } from './program.ts'

/** A running Java program with clients in it, asked by name. */
export interface Jvm {
  readonly pid: number
  /** Its working folder, gone when it is. */
  readonly folder: string
  /** Asks one actor; rejects with what Java threw, or after `withinMs`. */
  call(request: Request): Promise<unknown>
  /** kill -9: no client in it says goodbye. */
  kill(): Promise<void>
  /** Closes every client in order, then ends. */
  close(): Promise<void>
}

export interface Request {
  readonly op: string
  readonly actor: string
  readonly withinMs?: number
  readonly [argument: string]: unknown
}

const answerWithinMs = 30_000
const outputKept = 16_000

/** Starts the Java program, compiled before when its sources changed. */
export async function startJvm(options: DownloadOptions = {}): Promise<Jvm> {
  const classPath = await clientProgram(options)
  const folder = await temporaryFolder('java')
  const jvm = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  const log = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'
  // A session of its own, so that Ctrl-C reaches us alone; it ends when its standard input does, however we go.
  const child = spawn('java', [...jvm, log, '-cp', classPath, 'Clients', folder], {
    cwd: folder,
    stdio: 'pipe',
    detached: true,
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-outputKept)
  })
  child.stdin.on('error', () => undefined)
  const pending = new Map<number, Answer>()
  createInterface({ input: child.stdout }).on('line', line => take(line, pending))
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  const { pid } = child
  if (pid === undefined) throw new Error('java has no process id')
  const exited = new Promise<void>(resolve => {
    child.once('exit', (code, signal) => {
      for (const { reject } of pending.values()) reject(new Error(`java ended (${signal ?? code}): ${said.trim()}`))
      pending.clear()
      resolve(removeTemporary(folder))
    })
  })
  let last = 0
  const call = ({ withinMs = answerWithinMs, ...request }: Request) =>
    new Promise<unknown>((resolve, reject) => {
      const { op, actor } = request
      if (child.exitCode !== null || child.signalCode !== null) return reject(new Error(`${actor}: java has ended`))
      const id = (last += 1)
      const what = `${actor}: ${op}`
      const settle = () => {
        clearTimeout(timer)
        pending.delete(id)
      }
      const fail = (error: Error) => {
        settle()
        reject(new Error(`${what}: ${error.message}`))
      }
      const timer = setTimeout(() => fail(new Error(`no answer within ${withinMs} ms; ${said.trim()}`)), withinMs)
      pending.set(id, {
        resolve: result => {
          settle()
          resolve(result)
        },
        reject: fail,
      })
      child.stdin.write(`${JSON.stringify({ id, ...request })}\n`)
    })
  return {
    pid,
    folder,
    call,
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
    close: async () => {
      child.stdin.write(`${JSON.stringify({ op: 'exit' })}\n`)
      await exited
    },
  }
}

interface Answer {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

function take(line: string, pending: ReadonlyMap<number, Answer>): void {
  const { id, result, error } = JSON.parse(line) as { id: number; result?: unknown; error?: string }
  const answer = pending.get(id)
  if (error === undefined) answer?.resolve(result)
  else answer?.reject(new Error(error))
}
