import type { KoffEvent } from '../events/envelope.ts'
import type { HistoryItem } from '../history/items.ts'
import type { StateChange } from '../state/stored/entry.ts'
import type { GroupTable } from './groupTable.ts'
import type { PartitionOutput } from './output.ts'

export interface PartitionWriterOptions {
  readonly output: PartitionOutput
  /** The changes of the state since the last call. */
  readonly takeChanges: () => readonly StateChange[]
  /** The groups topic; null where there is none. */
  readonly table?: GroupTable | null
  /** The number of pending changes. */
  readonly countChanges: () => number
  /** The number of partitions that share the memory of this process. */
  readonly partitions: () => number
  /** The interval at which state without events is committed, ms. */
  readonly stateEveryMs: number
  /** Called after each commit. */
  readonly committed: () => void
  /** Called once, after a failed commit: the writer must not be used any more. */
  readonly failed: (error: unknown) => void
  /** Called whenever there may be room again. */
  readonly drained: () => void
  /** Called between two pieces of work; resolves when the event loop has had a turn. */
  readonly pause: () => Promise<void> | undefined
}

/** More pending changes than these are committed without waiting for the interval. */
const manyChanges = 3_000
/** Above this number of pending changes the reader waits, because a commit holds all of them. */
const tooManyChanges = 6_000
/** Pending events of all partitions together, and of one of them: that many fill a transaction well. */
const eventsInAll = 20_000
const eventsInOne = { most: 2_500, least: 500 }

/**
 * Commits the events and state of one partition, one commit at a time. Events are committed at once, together with
 * everything that arrived during the last commit, so that batches grow with the load. State alone is committed at an
 * interval.
 */
export class PartitionWriter {
  #events: KoffEvent[] = []
  #items: HistoryItem[] = []
  #isDue = false
  #isOver = false
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | null = null
  readonly #options: PartitionWriterOptions

  constructor(options: PartitionWriterOptions) {
    this.#options = options
  }

  /** Called after an input, with its events. */
  add(events: readonly KoffEvent[]): void {
    if (this.#isOver) return
    for (const event of events) this.#events.push(event)
    if (this.#events.length > 0 || this.#options.countChanges() >= manyChanges) this.#commitSoon()
    else this.#commitIn(Math.min(this.#options.stateEveryMs, this.#options.table?.everyMs ?? Number.POSITIVE_INFINITY))
  }

  /** What belongs into a history beside the events; it goes with the next commit. */
  keep(items: readonly HistoryItem[]): void {
    if (this.#isOver || items.length === 0) return
    for (const item of items) this.#items.push(item)
    this.#commitIn(this.#options.stateEveryMs)
  }

  /** True while no more should be added. */
  get isFull(): boolean {
    if (this.#isOver) return false
    const { partitions, countChanges } = this.#options
    const share = Math.max(eventsInOne.least, Math.floor(eventsInAll / partitions()))
    const waiting = Math.max(this.#events.length, this.#items.length)
    return waiting >= Math.min(eventsInOne.most, share) || countChanges() >= tooManyChanges
  }

  /** Commits everything that is pending. */
  async finish(): Promise<void> {
    if (!this.#isOver) this.#commitSoon()
    while (this.#running !== null) await this.#running
    this.#end()
  }

  /** Ends with the commit in flight. Everything after it is dropped: the next owner reads it again. */
  async stop(): Promise<void> {
    this.#end()
    await this.#running
  }

  #commitIn(ms: number): void {
    this.#timer ??= setTimeout(() => this.#commitSoon(), ms)
  }

  #commitSoon(): void {
    this.#isDue = true
    this.#running ??= this.#run().finally(() => {
      this.#running = null
    })
  }

  async #run(): Promise<void> {
    const { output, table, takeChanges, committed, failed, drained, pause } = this.#options
    // The rest of the present chunk belongs to the same commit.
    await Promise.resolve()
    try {
      while (this.#isDue && !this.#isOver) {
        // Of a large group the transition takes long, and so does what it changed.
        await pause()
        if (this.#isOver) break
        clearTimeout(this.#timer)
        this.#timer = undefined
        this.#isDue = false
        const events = this.#events
        this.#events = []
        const history = this.#items
        this.#items = []
        const groups = table?.take(Date.now())
        const changes = takeChanges()
        drained()
        await pause()
        await output.commit({ events, changes, table: groups, history })
        table?.committed(Date.now())
        committed()
        if (this.#events.length > 0 || groups?.nextMs === 0) this.#isDue = true
        else if (typeof groups?.nextMs === 'number') this.#commitIn(groups.nextMs)
      }
    } catch (error) {
      const isNews = !this.#isOver
      this.#end()
      if (isNews) failed(error)
    }
    drained()
  }

  #end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#events = []
    this.#items = []
  }
}
