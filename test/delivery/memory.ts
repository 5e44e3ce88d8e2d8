import { KoffError } from '../../src/base/errors.ts'
import type { Deployment } from '../../src/delivery/deployment.ts'
import type { Output } from '../../src/delivery/output.ts'
import type { Ownership } from '../../src/delivery/ownership.ts'
import type { SourceHandles } from '../../src/delivery/runDelivery.ts'
import type { SourceLog } from '../../src/delivery/sourceLog.ts'
import type { Source } from '../../src/engine/source.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import type { Input } from '../../src/state/input.ts'

/** An output that keeps what is committed, and fails as it is told to. */
export interface MemoryOutput extends Output {
  readonly events: KoffEvent[]
  /** By partition, then by key. */
  readonly stored: ReadonlyMap<number, Map<string, string>>
  /** How often each partition was taken over. */
  readonly owners: ReadonlyMap<number, number>
  /** Partitions that were taken over and not closed since. */
  readonly held: ReadonlySet<number>
  /** How many commits there were of each partition. */
  readonly commits: ReadonlyMap<number, number>
  /** The next commits of these partitions fail, one for each time that one is named. */
  failNext(partitions: readonly number[], error?: KoffError): void
  /** Commits wait until the function that it gives is called. */
  stall(): () => void
}

export const passing = new KoffError('SINK_FAILED', 'the place is gone', { retriable: true })

export function memoryOutput(): MemoryOutput {
  const events: KoffEvent[] = []
  const stored = new Map<number, Map<string, string>>()
  const owners = new Map<number, number>()
  const commits = new Map<number, number>()
  let failures: { readonly partition: number; readonly error: KoffError }[] = []
  const held = new Set<number>()
  let open: Promise<void> = Promise.resolve()
  return {
    name: 'memory',
    events,
    stored,
    owners,
    held,
    commits,
    failNext: (partitions, error = passing) => {
      failures = [...failures, ...partitions.map(partition => ({ partition, error }))]
    },
    stall: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      open = promise
      return resolve
    },
    open: async () => undefined,
    own: async partition => {
      const owner = (owners.get(partition) ?? 0) + 1
      owners.set(partition, owner)
      held.add(partition)
      return {
        async *restore() {
          yield [...(stored.get(partition) ?? [])].map(([key, value]) => ({ key, value }))
        },
        commit: async ({ events: committed, changes }) => {
          await open
          const failure = failures.find(one => one.partition === partition)
          failures = failures.filter(one => one !== failure)
          if (failure !== undefined) throw failure.error
          if (owners.get(partition) !== owner) throw passing
          events.push(...committed)
          commits.set(partition, (commits.get(partition) ?? 0) + 1)
          const entries = stored.get(partition) ?? new Map<string, string>()
          stored.set(partition, entries)
          for (const { key, value } of changes) {
            if (value === null) entries.delete(key)
            else entries.set(key, value)
          }
        },
        [Symbol.asyncDispose]: async () => void held.delete(partition),
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** Ownership that a test gives and takes. */
export function givenOwnership(first: readonly number[]): Ownership & { give(partitions: readonly number[]): void } {
  let partitions = new Set(first)
  let tell = () => undefined as void
  return {
    get partitions() {
      return partitions
    },
    isKnown: true,
    give(given) {
      partitions = new Set(given)
      tell()
    },
    start: async ({ changed }) => {
      tell = changed
      changed()
    },
    confirmed: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** Settings that let every group through. */
export const anyDeployment: Deployment = { settings: {}, admits: () => () => true }

/** A log that can be read from anywhere, and that grows. */
export interface MemoryLog {
  /** The same log, to hold a state against. */
  readonly sourceLog: SourceLog
  /** Takes away what the function does not keep, as a cleaner does. */
  clean(keep: (batch: RecordBatch) => boolean): void
  /** Takes away what lies before an offset, as kafka-delete-records does. */
  deleteBefore(partition: number, offset: number): void
  append(...inputs: readonly Input[]): void
  /** What lies from this offset on is of another leader now: it was truncated there, and grew again. */
  replaceFrom(offset: number): void
  /** From now on a reader waits at this offset. */
  holdAt(offset: number): void
  open(positions: ReadonlyMap<number, number | null>, told: SourceHandles): Promise<Source>
}

export interface MemoryLogOptions {
  readonly topicId?: string | null
  readonly partitions?: number
  readonly tombstonesKeptMs?: number
}

export function memoryLog({
  topicId = null,
  partitions = 4,
  tombstonesKeptMs = 86_400_000,
}: MemoryLogOptions = {}): MemoryLog {
  /** Null where something was taken away: a reader keeps its place. */
  const inputs: (Input | null)[] = []
  const batchesOf = (partition: number) =>
    inputs.flatMap(input => (input?.kind === 'batch' && input.batch.partition === partition ? [input.batch] : []))
  const starts = new Map<number, number>()
  const ends = new Map<number, number>()
  let common = Number.POSITIVE_INFINITY
  const sourceLog: SourceLog = {
    topicId,
    partitions,
    range: async partition => ({ start: starts.get(partition) ?? 0, end: ends.get(partition) ?? 0 }),
    commonEnd: async (_, { position, leaderEpoch }) => (leaderEpoch < 0 ? position : Math.min(position, common)),
    tombstonesKeptMs: async () => tombstonesKeptMs,
    read: async (partition, from) => ({
      cluster: 'c1',
      async *chunks() {
        const end = ends.get(partition) ?? 0
        const batches = batchesOf(partition).filter(({ baseOffset }) => baseOffset >= from)
        yield batches.map(batch => ({ kind: 'batch', batch }) as const)
        yield [{ kind: 'position', partition, position: end, logEnd: end, timestamp: 1 }]
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  }
  let wake = () => undefined as void
  let hold = Number.POSITIVE_INFINITY
  return {
    sourceLog,
    clean: keep => {
      for (const [at, input] of inputs.entries()) if (input?.kind === 'batch' && !keep(input.batch)) inputs[at] = null
    },
    deleteBefore(partition, offset) {
      starts.set(partition, offset)
      this.clean(batch => batch.partition !== partition || batch.lastOffset >= offset)
    },
    replaceFrom: offset => {
      common = offset
    },
    holdAt: offset => {
      hold = offset
    },
    append(...more) {
      inputs.push(...more)
      for (const input of more) if (input.kind === 'batch') ends.set(input.batch.partition, input.batch.lastOffset + 1)
      wake()
    },
    open: async (positions, { outages }) => ({
      cluster: 'c1',
      async *chunks(signal) {
        outages.end([...positions.keys()])
        yield [...positions].map(([partition, at]) => ({
          kind: 'position',
          partition,
          position: at ?? 0,
          logEnd: ends.get(partition) ?? 0,
          timestamp: 1,
        }))
        for (let next = 0; !signal.aborted; ) {
          const input = inputs[next++]
          if (input === null) continue
          if (input === undefined || (input.kind === 'batch' && input.batch.baseOffset >= hold)) {
            next--
            const { promise, resolve } = Promise.withResolvers<void>()
            wake = resolve
            signal.addEventListener('abort', () => resolve(), { once: true })
            await promise
          } else if (input.kind !== 'batch') yield [input]
          else {
            const { partition, baseOffset, lastOffset } = input.batch
            const from = positions.get(partition)
            if (from === undefined || baseOffset < (from ?? 0)) continue
            const position = lastOffset + 1
            yield [
              input,
              { kind: 'position', partition, position, logEnd: ends.get(partition) ?? position, timestamp: 1 },
            ]
          }
        }
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  }
}
