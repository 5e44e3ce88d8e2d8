import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Outages } from '../base/outages.ts'
import type { Fold } from '../engine/fold.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { HistoryItem } from '../history/items.ts'
import type { Outcome } from '../pipeline/conditions.ts'
import type { Delivery } from '../pipeline/deliver.ts'
import type { Input, TickInput } from '../state/input.ts'
import { Changes } from './changes.ts'
import type { Deployment } from './deployment.ts'
import type { TableFilter } from './groupTable.ts'
import type { Output } from './output.ts'
import { OwnedPartition, partitionOf } from './ownedPartition.ts'
import type { Ownership } from './ownership.ts'
import { Pace } from './pace.ts'
import type { PartitionWriter } from './partitionWriter.ts'
import type { SourceLog } from './sourceLog.ts'
import { type TakenOver, takeOver } from './takeOver.ts'
import { Turns } from './turns.ts'

export interface OwnedPartitionsOptions {
  readonly fold: Fold
  readonly output: Output
  readonly ownership: Ownership
  readonly sourceLog: SourceLog
  readonly deployment: Deployment
  /** Which events are delivered; by default all events of the fold. */
  readonly accept?: (event: KoffEvent) => boolean
  /** The filter of the groups topic; all groups unless given. */
  readonly tableFilter?: TableFilter
  readonly outages: Outages
  readonly log: Log
  readonly stateEveryMs?: number
  readonly signal: AbortSignal
  /** Called with a failure that only a person can mend. */
  readonly fail: (error: unknown) => void
  /** ms since the epoch; Date.now unless given. */
  readonly now?: () => number
}

/** The partitions that can be read now. */
export interface Ready {
  /** Partitions and the positions to continue from; null: nothing is stored, so from the first record. */
  readonly positions: ReadonlyMap<number, number | null>
  readonly writers: ReadonlyMap<number, PartitionWriter>
  /** Aborts when other partitions are ready. */
  readonly signal: AbortSignal
}

/** A restore needs memory for records that are not settled yet, and more at once are no faster on one processor. */
const restoresAtOnce = 4

/** Takes partitions over, releases them, and takes them over again after a failed commit. */
export class OwnedPartitions {
  readonly #options: OwnedPartitionsOptions
  readonly #owned = new Map<number, OwnedPartition>()
  readonly #acquiring = new Map<number, AbortController>()
  /** The previous use of a partition must end before it is taken over again. */
  readonly #releases = new Map<number, Promise<void>>()
  readonly #restores = new Turns(restoresAtOnce)
  /** The positions that this process has committed. */
  readonly #committed = new Map<number, number>()
  readonly #announced = new Set<string>()
  readonly #changes = new Changes(() => this.#wakeReader())
  readonly #pace = new Pace()
  #wakeReader: () => void = () => undefined

  constructor(options: OwnedPartitionsOptions) {
    this.#options = options
    options.signal.addEventListener('abort', () => this.#wakeReader(), { once: true })
  }

  /** The ownership changed. */
  adjust(): void {
    const { partitions } = this.#options.ownership
    this.#options.outages.keep(partitions)
    for (const [partition, giveUp] of this.#acquiring) if (!partitions.has(partition)) giveUp.abort()
    for (const partition of this.#owned.keys()) if (!partitions.has(partition)) this.#release(partition, 'finish')
    for (const partition of partitions) this.#acquire(partition, false)
  }

  /** Resolves when a partition can be read. */
  async whenReady(signal: AbortSignal): Promise<Ready> {
    this.#changes.forget()
    while (this.#owned.size === 0 && !signal.aborted) {
      const wait = AbortSignal.any([signal, this.#changes.signal])
      await new Promise(resolve => wait.addEventListener('abort', resolve, { once: true }))
      this.#changes.forget()
    }
    const writers = new Map([...this.#owned].map(([partition, { writer }]) => [partition, writer] as const))
    const positions = new Map(
      [...writers.keys()].map(partition => {
        const { position, inHistory } = this.#options.fold.stateOf(partition)
        return [partition, position === 0 && inHistory ? null : position] as const
      }),
    )
    return { positions, writers, signal: this.#changes.signal }
  }

  /** The inputs of a chunk for partitions that this instance still owns when their turn comes. */
  *ofOwned(inputs: Iterable<Input>, { writers }: Ready): Generator<Input, void, undefined> {
    for (const input of inputs) {
      this.#pace.begin()
      const partition = partitionOf(input)
      if (input.kind === 'tick') yield this.#tickOf(input, writers)
      else if (partition === null) yield input
      else {
        const owned = this.#owned.get(partition)
        if (owned === undefined || owned.writer !== writers.get(partition)) continue
        if (!owned.isOutdatedBy(input)) yield input
        else {
          this.#release(partition, 'finish')
          this.#acquire(partition, false)
        }
      }
    }
  }

  /** Passes each outcome to the writer of its partition, whose commit includes the state. */
  delivery({ signal }: Ready): Delivery {
    return {
      take: outcome => {
        if (outcome.partition === null) {
          this.#takeOfCluster(outcome)
          return undefined
        }
        const owned = this.#owned.get(outcome.partition)
        if (owned === undefined) return undefined
        owned.noteApplied(outcome)
        owned.writer.add(outcome.events)
        return owned.writer.isFull && !signal.aborted ? this.#untilRoom(owned.writer, signal) : this.#pace.pause()
      },
      endChunk: async () => undefined,
    }
  }

  /** What belongs into a history: with the next commit of its partition. Names of topics go with what follows them. */
  keep(items: readonly HistoryItem[]): void {
    const names: HistoryItem[] = []
    for (const item of items) {
      if ('partition' in item) this.#owned.get(item.partition)?.writer.keep([...names.splice(0), item])
      else names.push(item)
    }
    const [first] = this.#owned.values()
    first?.writer.keep(names)
  }

  async #untilRoom(writer: PartitionWriter, signal: AbortSignal): Promise<void> {
    while (writer.isFull && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wakeReader = resolve
      await promise
    }
  }

  /** Events that follow from an input about the cluster belong to the partitions that are read. */
  #takeOfCluster({ input, events }: Outcome): void {
    if (input?.kind !== 'tick' && events.length === 0) return
    const byPartition = Map.groupBy(events, ({ source }) => source.partition)
    for (const [partition, { writer }] of this.#owned) {
      const own = byPartition.get(partition)
      // Time changes the state even without events.
      const isUnchanged = this.#options.fold.partitions.get(partition)?.changes?.isEmpty ?? true
      if (own !== undefined || !isUnchanged) writer.add(own ?? [])
    }
  }

  #tickOf(tick: TickInput, writers: Ready['writers']): TickInput {
    const isRead = (partition: number) => this.#owned.get(partition)?.writer === writers.get(partition)
    const partitions = (tick.partitions ?? [...writers.keys()]).filter(isRead)
    for (const partition of partitions) this.#owned.get(partition)?.readToEnd(tick.timestamp)
    return tick.listed === undefined
      ? { ...tick, partitions }
      : { ...tick, partitions, listed: tick.listed.filter(isRead) }
  }

  /** Commits what is pending, and releases everything. */
  async finish(): Promise<void> {
    this.#changes.stop()
    for (const giveUp of this.#acquiring.values()) giveUp.abort()
    for (const partition of this.#owned.keys()) this.#release(partition, 'finish')
    await Promise.all(this.#releases.values())
  }

  /** `confirm`: after a failed commit koff first checks that the partition is still its own. */
  #acquire(partition: number, confirm: boolean): void {
    if (this.#owned.has(partition) || this.#acquiring.has(partition) || this.#options.signal.aborted) return
    const giveUp = new AbortController()
    this.#acquiring.set(partition, giveUp)
    const signal = AbortSignal.any([this.#options.signal, giveUp.signal])
    this.#takeOver(partition, confirm, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.#options.fail(error)
      })
      .finally(() => {
        this.#acquiring.delete(partition)
        // It was assigned again while it was being released.
        if (giveUp.signal.aborted && this.#options.ownership.partitions.has(partition)) this.#acquire(partition, false)
      })
  }

  async #takeOver(partition: number, confirm: boolean, signal: AbortSignal): Promise<void> {
    const taken = await takeOver({
      ...this.#options,
      partition,
      confirm,
      signal,
      turns: this.#restores,
      released: () => this.#releases.get(partition),
      committed: () => this.#committed.get(partition),
      announce: line => this.#announce(line),
      retried: error => this.#outage(partition, error),
    })
    if (taken !== null) this.#begin(partition, taken)
  }

  /** A line that is the same for all partitions is logged once. */
  #announce(line: string): void {
    if (!this.#announced.has(line)) this.#options.log.info(line)
    this.#announced.add(line)
  }

  #outage(partition: number, { message, code }: KoffError): void {
    const kind = code === 'TOPIC_MISSING' ? 'deleted' : 'passing'
    this.#options.outages.begin('delivery', [partition], message, kind)
  }

  #begin(partition: number, { output, restored, shown }: TakenOver): void {
    const { accept, fold, stateEveryMs = 5_000, outages, tableFilter = everyGroup, now = Date.now } = this.#options
    const owned: OwnedPartition = new OwnedPartition({
      partition,
      output,
      restored,
      shown,
      tableFilter,
      state: fold.stateOf(partition),
      stateEveryMs,
      now,
      partitions: () => this.#owned.size,
      committed: position => {
        this.#committed.set(partition, position)
        outages.end('delivery', [partition])
      },
      failed: error => {
        if (this.#owned.get(partition) === owned) this.#failed(partition, error)
      },
      drained: () => this.#wakeReader(),
      pause: () => this.#pace.pause(),
    })
    this.#owned.set(partition, owned)
    if (restored.events.length > 0 || restored.entry.isDue) {
      owned.writer.add(accept === undefined ? restored.events : restored.events.filter(accept))
    }
    this.#changes.comeSoon()
  }

  #failed(partition: number, error: unknown): void {
    if (!(error instanceof KoffError && error.retriable)) return this.#options.fail(error)
    this.#outage(partition, error)
    this.#release(partition, 'stop')
    this.#acquire(partition, true)
  }

  #release(partition: number, how: 'finish' | 'stop'): void {
    const owned = this.#owned.get(partition)
    if (owned === undefined) return
    this.#owned.delete(partition)
    // Immediately, so that no sample or tick produces events that would not be delivered.
    this.#options.fold.forget(partition)
    const { writer, output } = owned
    const release = (async () => {
      await (how === 'finish' ? writer.finish() : writer.stop())
      await output[Symbol.asyncDispose]()
    })()
    this.#releases.set(
      partition,
      release.catch(() => undefined),
    )
    this.#changes.comeSoon()
  }
}

const everyGroup: TableFilter = { wants: () => true, text: '' }
