import type { KoffEvent } from '../events/envelope.ts'
import type { StateChange } from '../state/stored/entry.ts'
import type { GroupTable } from './groupTable.ts'
import type { PartitionOutput } from './output.ts'

export interface PartitionWriterOptions {
  readonly output: PartitionOutput
  /** What changed in the state since the last call. */
  readonly takeChanges: () => readonly StateChange[]
  /** Says which groups a commit writes as they are; null where they go nowhere. */
  readonly table?: GroupTable | null
  /** How many changes wait. */
  readonly countChanges: () => number
  /** How many partitions share the memory of this process. */
  readonly partitions: () => number
  /** State without events is committed this often at most, ms. */
  readonly stateEveryMs: number
  /** Called after each commit. */
  readonly committed: () => void
  /** Called once, when a commit failed: the writer is of no use any more. */
  readonly failed: (error: unknown) => void
  /** Called whenever there may be room again. */
  readonly drained: () => void
}

/** More changes than these are committed without waiting for the interval. */
const manyChanges = 3_000
/** More changes than these, and whoever brings more has to wait: a commit holds all that is there. */
const tooManyChanges = 6_000
/** Events that may wait in all partitions together, and in one of them: that many fill a transaction well. */
const eventsInAll = 20_000
const eventsInOne = { most: 2_500, least: 500 }

/**
 * Commits what one partition gives, one commit at a time: events at once, and all that came in the meantime with the
 * next commit, so that batches grow with the load by themselves; state alone at an interval.
 */
export class PartitionWriter {
  #events: KoffEvent[] = []
  #isDue = false
  #isOver = false
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | null = null
  readonly #options: PartitionWriterOptions

  constructor(options: PartitionWriterOptions) {
    this.#options = options
  }

  /** Called after an input was folded, with what it made happen. */
  add(events: readonly KoffEvent[]): void {
    if (this.#isOver) return
    for (const event of events) this.#events.push(event)
    if (this.#events.length > 0 || this.#options.countChanges() >= manyChanges) this.#commitSoon()
    else this.#commitIn(Math.min(this.#options.stateEveryMs, this.#options.table?.everyMs ?? Number.POSITIVE_INFINITY))
  }

  /** True while nothing more should come. */
  get isFull(): boolean {
    if (this.#isOver) return false
    const { partitions, countChanges } = this.#options
    const share = Math.max(eventsInOne.least, Math.floor(eventsInAll / partitions()))
    return this.#events.length >= Math.min(eventsInOne.most, share) || countChanges() >= tooManyChanges
  }

  /** Commits what is there, to the last. */
  async finish(): Promise<void> {
    if (!this.#isOver) this.#commitSoon()
    while (this.#running !== null) await this.#running
    this.#end()
  }

  /** Ends when the commit in flight does; what is left is dropped: the next owner reads it again. */
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
    const { output, table, takeChanges, committed, failed, drained } = this.#options
    // What the present chunk still brings belongs into the same commit.
    await Promise.resolve()
    try {
      while (this.#isDue && !this.#isOver) {
        clearTimeout(this.#timer)
        this.#timer = undefined
        this.#isDue = false
        const events = this.#events
        this.#events = []
        const groups = table?.take(Date.now())
        const changes = takeChanges()
        drained()
        await output.commit({ events, changes, table: groups })
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
  }
}
