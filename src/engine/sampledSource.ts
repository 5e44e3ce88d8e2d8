import type { GroupStateInput, Input, SampleInput } from '../state/input.ts'
import type { Source } from './source.ts'

/** The result of sampling the cluster. */
export interface Sample {
  readonly inputs: readonly Exclude<SampleInput, GroupStateInput>[]
  /** States of groups as their coordinators listed them. */
  readonly states?: readonly ListedState[]
  /** Partitions of `__consumer_offsets` whose coordinators listed their groups. */
  readonly listed?: readonly number[]
  /**
   * Where the logs of the partitions that are read ended, asked for after everything else: the sample counts when they are
   * read up to there. Partitions without an answer are missing.
   */
  readonly readEnds: ReadonlyMap<number, number>
}

/** With the partition of `__consumer_offsets` that the group is in. */
export interface ListedState {
  readonly partition: number
  readonly input: GroupStateInput
}

export interface SampledSourceOptions {
  readonly source: Source
  /** Interval between samples, ms. */
  readonly everyMs: number
  /** Looks at the cluster; `positions` are the next offsets to read of the partitions that the source reads. */
  readonly sample: (positions: ReadonlyMap<number, number>, signal: AbortSignal) => Promise<Sample>
  /** Milliseconds since the epoch; the clock's unless given. */
  readonly now?: () => number
}

/** A sample that waits until everything that was in the logs before it has been read. */
interface Round extends Sample {
  /** A time before the sample was taken. */
  readonly timestamp: number
}

/**
 * A source that also yields, at an interval, samples of log ends followed by a tick, on which conditions are evaluated.
 * A sample is yielded once the source has yielded everything that was in its own log at that time: a commit that koff
 * has not read yet must not look like a missing one. Partitions that are not read that far by the next sample are left
 * out of the tick. A source that ends by itself is sampled once more at its end.
 */
export function sampledSource({ source, everyMs, sample, now = Date.now }: SampledSourceOptions): Source {
  return {
    cluster: source.cluster,
    async *chunks(signal) {
      const positions = new Map<number, number>()
      const look = async (): Promise<Round> => {
        const timestamp = now()
        return { ...(await sample(new Map(positions), signal)), timestamp }
      }
      const ended = new AbortController()
      const chunks = source.chunks(AbortSignal.any([signal, ended.signal]))[Symbol.asyncIterator]()
      let next = chunks.next()
      let alarm = alarmIn(everyMs)
      let looking: Promise<Round> | null = null
      let round: Round | null = null
      try {
        for (;;) {
          const news = await Promise.race([next, alarm.rings, ...(looking === null ? [] : [looking])])
          if (news === null) {
            alarm = alarmIn(everyMs)
            // The last sample is not complete: one at a time.
            if (looking !== null) continue
            if (round !== null) yield told(round, positions)
            round = null
            looking = look()
          } else if ('timestamp' in news) {
            looking = null
            round = news
          } else if (news.done === true) {
            if (!signal.aborted) yield told(await (looking ?? look()), positions)
            return
          } else {
            for (const input of news.value)
              if (input.kind === 'position') positions.set(input.partition, input.position)
            yield news.value
            next = chunks.next()
          }
          if (round === null || !isRead(round, positions)) continue
          yield told(round, positions)
          round = null
        }
      } finally {
        ended.abort()
        alarm.stop()
        looking?.catch(() => undefined)
        await chunks.return?.(undefined)
      }
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}

function isRead({ readEnds }: Round, positions: ReadonlyMap<number, number>): boolean {
  for (const [partition, end] of readEnds) if ((positions.get(partition) ?? -1) < end) return false
  return true
}

/** Of a partition that is not read so far nothing is judged, and the states of its groups are old when it is. */
function told(round: Round, positions: ReadonlyMap<number, number>): readonly Input[] {
  const { inputs, states = [], listed = [], readEnds, timestamp } = round
  const partitions = [...readEnds].flatMap(([partition, end]) =>
    (positions.get(partition) ?? -1) >= end ? [partition] : [],
  )
  const read = new Set(partitions)
  const ofRead = states.flatMap(({ partition, input }) => (read.has(partition) ? [input] : []))
  const tick = { kind: 'tick', timestamp, partitions: inOrder(partitions) } as const
  const listedAndRead = inOrder(listed.filter(partition => read.has(partition)))
  return [...inputs, ...ofRead, listedAndRead.length === 0 ? tick : { ...tick, listed: listedAndRead }]
}

function inOrder(partitions: readonly number[]): readonly number[] {
  return partitions.toSorted((a, b) => a - b)
}

function alarmIn(ms: number) {
  const { promise: rings, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(resolve, ms, null)
  return { rings, stop: () => clearTimeout(timer) }
}
