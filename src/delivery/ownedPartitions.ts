import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Outages } from '../base/outages.ts'
import { retry } from '../base/retry.ts'
import type { Fold } from '../engine/fold.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { Input } from '../state/input.ts'
import { takeChanges } from '../state/stored/encode.ts'
import { groupTable, type TableFilter } from './groupTable.ts'
import type { Output, PartitionOutput } from './output.ts'
import type { Ownership } from './ownership.ts'
import { PartitionWriter } from './partitionWriter.ts'
import { restorePartition } from './restorePartition.ts'
import { Turns } from './turns.ts'

export interface OwnedPartitionsOptions {
  readonly fold: Fold
  readonly output: Output
  readonly ownership: Ownership
  readonly accept?: (event: KoffEvent) => boolean
  /** Of the groups in the table of groups; all unless given. */
  readonly tableFilter?: TableFilter
  readonly outages: Outages
  readonly log: Log
  readonly stateEveryMs?: number
  readonly signal: AbortSignal
  /** Called with what nothing but a person can mend. */
  readonly fail: (error: unknown) => void
}

/** What can be read at present. */
export interface Ready {
  /** Partitions with the position to go on from; null: nothing was stored, from the first record. */
  readonly positions: ReadonlyMap<number, number | null>
  readonly writers: ReadonlyMap<number, PartitionWriter>
  /** Aborts when other partitions are ready. */
  readonly signal: AbortSignal
}

/** Partitions become ready one by one, and a source is opened for several. */
const settleMs = 100
const takeOverPauses = { firstPauseMs: 100, maxPauseMs: 5_000 }
/** Each takes memory for what was read and is not settled yet; more at once are no faster, there is one processor for them. */
const restoresAtOnce = 4

/** Takes partitions over, gives them up, and takes them over anew where a commit failed. */
export class OwnedPartitions {
  readonly #options: OwnedPartitionsOptions
  readonly #owned = new Map<number, { readonly writer: PartitionWriter; readonly output: PartitionOutput }>()
  readonly #acquiring = new Map<number, AbortController>()
  /** What a partition was used for before has to be over before it is taken over anew. */
  readonly #releases = new Map<number, Promise<void>>()
  readonly #restores = new Turns(restoresAtOnce)
  #changed = new AbortController()
  #settling: NodeJS.Timeout | undefined
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

  /** Resolves when there is something to read. */
  async whenReady(signal: AbortSignal): Promise<Ready> {
    this.#forgetChange()
    while (this.#owned.size === 0 && !signal.aborted) {
      const wait = AbortSignal.any([signal, this.#changed.signal])
      await new Promise(resolve => wait.addEventListener('abort', resolve, { once: true }))
      this.#forgetChange()
    }
    const writers = new Map([...this.#owned].map(([partition, { writer }]) => [partition, writer] as const))
    const positions = new Map(
      [...writers.keys()].map(partition => {
        const { position, inHistory } = this.#options.fold.stateOf(partition)
        return [partition, position === 0 && inHistory ? null : position] as const
      }),
    )
    return { positions, writers, signal: this.#changed.signal }
  }

  /** Folds one input, unless it is about a partition that is another's by now. Resolves when the next may come. */
  async apply(input: Input, { writers, signal }: Ready): Promise<void> {
    const { fold } = this.#options
    const partition = partitionOf(input)
    if (partition === null) {
      this.#applyToAll(input, writers)
      return
    }
    const writer = writers.get(partition)
    if (writer === undefined || this.#owned.get(partition)?.writer !== writer) return
    writer.add(this.#accepted(fold.apply(input)))
    while (writer.isFull && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wakeReader = resolve
      await promise
    }
  }

  /** An input about the cluster: what it makes happen belongs to the partitions that are read. */
  #applyToAll(input: Input, writers: Ready['writers']): void {
    const { fold } = this.#options
    const isRead = (partition: number) => this.#owned.get(partition)?.writer === writers.get(partition)
    const events =
      input.kind === 'tick'
        ? fold.apply({ ...input, partitions: (input.partitions ?? [...writers.keys()]).filter(isRead) })
        : fold.apply(input)
    if (input.kind !== 'tick' && events.length === 0) return
    const byPartition = Map.groupBy(events, ({ source }) => source.partition)
    for (const [partition, { writer }] of this.#owned) {
      const own = byPartition.get(partition)
      // Time changes the state also where nothing happens.
      const isUnchanged = fold.partitions.get(partition)?.changes?.isEmpty ?? true
      if (own !== undefined || !isUnchanged) writer.add(this.#accepted(own ?? []))
    }
  }

  /** Commits what is there, and lets go of everything. */
  async finish(): Promise<void> {
    clearTimeout(this.#settling)
    for (const giveUp of this.#acquiring.values()) giveUp.abort()
    for (const partition of this.#owned.keys()) this.#release(partition, 'finish')
    await Promise.all(this.#releases.values())
  }

  #accepted(events: readonly KoffEvent[]): readonly KoffEvent[] {
    const { accept } = this.#options
    return accept === undefined || events.length === 0 ? events : events.filter(accept)
  }

  /** `confirm`: a commit failed, perhaps because the partition is another's; that has to be known first. */
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
        // It came back while it was being given up.
        if (giveUp.signal.aborted && this.#options.ownership.partitions.has(partition)) this.#acquire(partition, false)
      })
  }

  async #takeOver(partition: number, confirm: boolean, signal: AbortSignal): Promise<void> {
    const { ownership } = this.#options
    const attempt = async () => {
      await this.#releases.get(partition)
      if (confirm) await ownership.confirmed(signal)
      signal.throwIfAborted()
      return ownership.partitions.has(partition) ? await this.#restored(partition, signal) : null
    }
    const retried = (error: KoffError) => this.#outage(partition, error)
    const owned = await retry(attempt, { signal, timeoutMs: Number.POSITIVE_INFINITY, ...takeOverPauses, retried })
    if (owned !== null) this.#begin(partition, owned)
  }

  async #restored(partition: number, signal: AbortSignal): Promise<PartitionOutput> {
    const owned = await this.#options.output.own(partition, signal)
    try {
      using _turn = await this.#restores.take()
      signal.throwIfAborted()
      await restorePartition({ ...this.#options, partition, output: owned, signal })
      signal.throwIfAborted()
      return owned
    } catch (error) {
      await owned[Symbol.asyncDispose]()
      throw error
    }
  }

  #outage(partition: number, { message, code }: KoffError): void {
    const kind = code === 'TOPIC_MISSING' ? 'deleted' : 'passing'
    this.#options.outages.begin('delivery', [partition], message, kind)
  }

  #begin(partition: number, output: PartitionOutput): void {
    const { fold, stateEveryMs = 5_000, outages, tableFilter: filter = everyGroup } = this.#options
    const state = fold.stateOf(partition)
    const writer: PartitionWriter = new PartitionWriter({
      output,
      table: groupTable(output, { state, partition, filter }),
      stateEveryMs,
      partitions: () => this.#owned.size,
      takeChanges: () => takeChanges(state),
      countChanges: () => state.changes?.size ?? 0,
      committed: () => outages.end('delivery', [partition]),
      failed: error => {
        if (this.#owned.get(partition)?.writer === writer) this.#failed(partition, error)
      },
      drained: () => this.#wakeReader(),
    })
    this.#owned.set(partition, { writer, output })
    this.#changeSoon()
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
    // At once, so that no sample or tick makes events that nobody would deliver.
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
    this.#changeSoon()
  }

  /** A signal that has aborted tells nobody again. */
  #forgetChange(): void {
    if (this.#changed.signal.aborted) this.#changed = new AbortController()
  }

  #changeSoon(): void {
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => {
      this.#changed.abort()
      this.#wakeReader()
    }, settleMs)
  }
}

const everyGroup: TableFilter = { wants: () => true, text: '' }

/** Null for what is about no partition of `__consumer_offsets`. */
function partitionOf(input: Input): number | null {
  switch (input.kind) {
    case 'batch':
      return input.batch.partition
    case 'fault':
      return input.fault.partition
    case 'position':
      return input.partition
    case 'logEnd':
    case 'topic':
    case 'tick':
      return null
  }
}
