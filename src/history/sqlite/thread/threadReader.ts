import { getCompileCacheDir } from 'node:module'
import { dirname, extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { KoffError } from '../../../base/errors.ts'
import type { HistoryReader, Row } from '../../store.ts'
import { timedOut } from '../../timedOut.ts'
import { globCondition } from '../database.ts'
import type { Answer, Query, ThreadStart } from './messages.ts'

/** A question that takes long must not keep all others waiting. */
const threads = 2
/** A thread ends a query by itself where rows come; one that finds none for so much longer is ended with its thread, ms. */
const graceMs = 500

/**
 * Reads a history in a SQLite file on threads of its own: a query holds up neither this thread nor, for longer than the time
 * limit, the queries behind it.
 * @throws KoffError HISTORY_UNAVAILABLE where the file is no history that can be read.
 */
export async function openThreadReader(start: ThreadStart): Promise<HistoryReader & AsyncDisposable> {
  const readers = Array.from({ length: threads }, () => new ThreadReader(start))
  const [first] = readers
  await first?.ready()
  return {
    glob: globCondition,
    all(sql, parameters = []) {
      const [idlest] = readers.toSorted((a, b) => a.waiting - b.waiting)
      if (idlest === undefined) throw new RangeError('there is no thread')
      return idlest.all({ sql, parameters })
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(readers.map(reader => reader.end()))
    },
  }
}

interface Waiting {
  readonly query: Query
  readonly resolve: (rows: Row[]) => void
  readonly reject: (error: KoffError) => void
}

/** One thread, started by the first query and again after it had to be ended. Queries take turns. */
class ThreadReader {
  readonly #start: ThreadStart
  readonly #queue: Waiting[] = []
  #worker: Promise<Worker> | null = null
  #timer: NodeJS.Timeout | undefined
  #isEnded = false

  constructor(start: ThreadStart) {
    this.#start = start
  }

  get waiting(): number {
    return this.#queue.length
  }

  async ready(): Promise<void> {
    await this.#started()
  }

  async all(query: Query): Promise<Row[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Row[]>()
    this.#queue.push({ query, resolve, reject })
    if (this.#queue.length === 1) void this.#next()
    return promise
  }

  async end(): Promise<void> {
    this.#isEnded = true
    const worker = await this.#worker?.catch(() => null)
    await worker?.terminate()
    for (const { reject } of this.#queue.splice(0)) reject(gone('the history was closed'))
  }

  #started(): Promise<Worker> {
    this.#worker ??= this.#startThread()
    return this.#worker
  }

  async #startThread(): Promise<Worker> {
    const { promise, resolve, reject } = Promise.withResolvers<Worker>()
    const worker = startWorker(this.#start)
    worker.once('message', (answer: Answer) => {
      if (answer.kind !== 'fault') resolve(worker)
      else {
        reject(faultOf(answer))
        void worker.terminate()
      }
    })
    worker.once('error', error => reject(gone(error.message)))
    worker.once('exit', () => {
      reject(gone('its thread ended'))
      this.#worker = null
    })
    try {
      await promise
    } catch (error) {
      this.#worker = null
      throw error
    }
    worker.on('message', (answer: Answer) => this.#take(answer))
    // The query under way is lost with its thread; those behind it get another one.
    worker.once('exit', () => this.#take({ kind: 'fault', ...threadEnded }))
    return worker
  }

  async #next(): Promise<void> {
    const [first] = this.#queue
    if (first === undefined) return
    let worker: Worker
    try {
      if (this.#isEnded) throw gone('the history was closed')
      worker = await this.#started()
    } catch (error) {
      const { code, message, retriable } = error instanceof KoffError ? error : threadEnded
      this.#take({ kind: 'fault', code, message, retriable })
      return
    }
    worker.ref()
    worker.postMessage(first.query, [])
    this.#timer = setTimeout(() => {
      const [under] = this.#queue
      if (under !== first) return
      this.#queue.shift()
      first.reject(timedOut(this.#start.timeLimitMs))
      this.#worker = null
      worker.removeAllListeners()
      void worker.terminate()
      void this.#next()
    }, this.#start.timeLimitMs + graceMs)
  }

  #take(answer: Answer): void {
    clearTimeout(this.#timer)
    const asked = this.#queue.shift()
    if (asked === undefined) return
    if (answer.kind === 'rows') asked.resolve([...answer.rows])
    else if (answer.kind === 'fault') asked.reject(faultOf(answer))
    if (this.#queue.length > 0) void this.#next()
    else void this.#worker?.then(worker => worker.unref())
  }
}

const threadEnded = { code: 'HISTORY_UNAVAILABLE', message: 'history: its thread ended', retriable: true } as const

function faultOf({ code, message, retriable }: Extract<Answer, { readonly kind: 'fault' }>): KoffError {
  return new KoffError(code, message, { retriable })
}

function gone(reason: string): KoffError {
  return new KoffError('HISTORY_UNAVAILABLE', `history: ${reason}`, { retriable: true })
}

function startWorker(workerData: ThreadStart): Worker {
  // In a checkout it is TypeScript, in the package it is JavaScript.
  const program = new URL(`main${extname(import.meta.url)}`, import.meta.url)
  const compiled = getCompileCacheDir()
  const env = compiled === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(compiled) }
  // Where the program of a process is given as text (--input-type), Node starts threads from text only.
  const text = `import(${JSON.stringify(program)})`
  return new Worker(text, { eval: true, name: 'koff history', workerData, env })
}
