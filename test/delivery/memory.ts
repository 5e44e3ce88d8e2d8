import { KoffError } from '../../src/base/errors.ts'
import type { Output } from '../../src/delivery/output.ts'
import type { Ownership } from '../../src/delivery/ownership.ts'
import type { SourceHandles } from '../../src/delivery/runDelivery.ts'
import type { Source } from '../../src/engine/source.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import type { Input } from '../../src/state/input.ts'

/** An output that keeps what is committed, and fails as it is told to. */
export interface MemoryOutput extends Output {
  readonly events: KoffEvent[]
  /** By partition, then by key. */
  readonly stored: ReadonlyMap<number, Map<string, string>>
  /** How often each partition was taken over. */
  readonly owners: ReadonlyMap<number, number>
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
  let open: Promise<void> = Promise.resolve()
  return {
    name: 'memory',
    events,
    stored,
    owners,
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
        [Symbol.asyncDispose]: async () => undefined,
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

/** A log that can be read from anywhere, and that grows. */
export interface MemoryLog {
  append(...inputs: readonly Input[]): void
  /** From now on a reader waits at this offset. */
  holdAt(offset: number): void
  open(positions: ReadonlyMap<number, number | null>, told: SourceHandles): Promise<Source>
}

export function memoryLog(): MemoryLog {
  const inputs: Input[] = []
  let wake = () => undefined as void
  let hold = Number.POSITIVE_INFINITY
  return {
    holdAt: offset => {
      hold = offset
    },
    append(...more) {
      inputs.push(...more)
      wake()
    },
    open: async (positions, { outages }) => ({
      cluster: 'c1',
      async *chunks(signal) {
        outages.end([...positions.keys()])
        const ends = new Map<number, number>()
        for (const input of inputs)
          if (input.kind === 'batch') ends.set(input.batch.partition, input.batch.lastOffset + 1)
        yield [...positions].map(([partition, at]) => ({
          kind: 'position',
          partition,
          position: at ?? 0,
          logEnd: ends.get(partition) ?? 0,
          timestamp: 1,
        }))
        for (let next = 0; !signal.aborted; ) {
          const input = inputs[next++]
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
