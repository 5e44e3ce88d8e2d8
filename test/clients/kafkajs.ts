import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import type { Offsets, Partitions } from './actor.ts'
import { until } from './until.ts'

export interface KafkajsOptions {
  readonly bootstrap: string
  readonly group: string
  readonly topics: readonly string[]
  readonly clientId?: string
  /** How long until a killed member is out; 10 s unless given, 1 s at least. */
  readonly sessionTimeoutMs?: number
  /** How long a rebalance waits for it to join; 60 s unless given. */
  readonly rebalanceTimeoutMs?: number
  /** Commits what it has read by itself. */
  readonly autoCommit?: true
}

export interface KafkajsStatus {
  /** Empty until it is a member. */
  readonly memberId: string
  readonly assignment: Partitions
  /** How often it joined. */
  readonly joins: number
  readonly records: number
  /** What it crashed with for good, retries exhausted. */
  readonly failure: string | null
}

/** A kafkajs consumer in a process of its own; disposing of it is kill -9. */
export interface KafkajsConsumer extends AsyncDisposable {
  readonly pid: number
  status(): Promise<KafkajsStatus>
  /** Waits until it holds just these partitions; without them, until it has joined. */
  assigned(partitions?: Partitions, withinMs?: number): Promise<KafkajsStatus>
  /** Commits these offsets; it commits nothing by itself, unless `autoCommit` says so. */
  commit(offsets: Offsets, metadata?: string): Promise<void>
  /** kill -9: the group learns of it when the session is over. */
  kill(): Promise<void>
  /** Leaves the group and ends. */
  close(): Promise<void>
}

/** What the child is asked, and what it answers. */
export interface KafkajsRequest {
  readonly id: number
  readonly op: 'open' | 'status' | 'commit' | 'close'
  readonly options?: KafkajsOptions
  readonly offsets?: Offsets
  readonly metadata?: string | undefined
}

export interface KafkajsAnswer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

/** kafkajs 2.2.4 sets timers to negative delays, of which Node 24 warns. */
const execArgv = ['--disable-warning=TimeoutNegativeWarning']

const answerWithinMs = 30_000

/** Starts it; resolves when it is connected and subscribed, and joining. */
export async function startKafkajsConsumer(options: KafkajsOptions): Promise<KafkajsConsumer> {
  const program = fileURLToPath(new URL('kafkajsMember.ts', import.meta.url))
  // A session of its own, so that Ctrl-C reaches us alone; it ends when its channel to us does, however we go.
  const child = fork(program, [], { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true })
  const pending = new Map<number, (answer: KafkajsAnswer) => void>()
  child.on('message', (answer: KafkajsAnswer) => pending.get(answer.id)?.(answer))
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  const { pid } = child
  if (pid === undefined) throw new Error('kafkajs has no process id')
  const exited = new Promise<void>(resolve => {
    child.once('exit', () => {
      for (const [id, answer] of pending) answer({ id, error: 'the process has ended' })
      resolve()
    })
  })
  let last = 0
  const ask = async (op: KafkajsRequest['op'], argument: Partial<KafkajsRequest> = {}) => {
    last += 1
    const id = last
    const request: KafkajsRequest = { ...argument, id, op }
    const answer = await new Promise<KafkajsAnswer>(resolve => {
      const timer = setTimeout(
        () => pending.get(id)?.({ id, error: `no answer within ${answerWithinMs} ms` }),
        answerWithinMs,
      )
      pending.set(id, settled => {
        clearTimeout(timer)
        pending.delete(id)
        resolve(settled)
      })
      if (!child.connected) pending.get(id)?.({ id, error: 'the process has ended' })
      else child.send(request)
    })
    if (answer.error !== undefined) throw new Error(`kafkajs consumer of ${options.group}: ${op}: ${answer.error}`)
    return answer.result
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  const status = async () => (await ask('status')) as KafkajsStatus
  try {
    await ask('open', { options })
  } catch (error) {
    await kill()
    throw error
  }
  return {
    pid,
    status,
    assigned: (partitions, withinMs) =>
      until({
        what: `kafkajs consumer of ${options.group} has ${partitions === undefined ? 'joined' : JSON.stringify(partitions)}`,
        ask: status,
        good: now => {
          if (now.failure !== null) throw new Error(`kafkajs consumer of ${options.group}: ${now.failure}`)
          return partitions === undefined ? now.joins > 0 : isDeepStrictEqual(now.assignment, partitions)
        },
        ...(withinMs === undefined ? {} : { withinMs }),
      }),
    commit: async (offsets, metadata) => void (await ask('commit', { offsets, metadata })),
    kill,
    close: async () => {
      await ask('close')
      child.disconnect()
      await exited
    },
    [Symbol.asyncDispose]: kill,
  }
}
