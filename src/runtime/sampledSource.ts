import type { Input, LogEndInput } from '../state/input.ts'
import type { Source } from './source.ts'

export interface SampledSourceOptions {
  readonly source: Source
  /** How long from one sample to the next, ms. */
  readonly everyMs: number
  /** Where the logs of the partitions that matter now start and end. */
  readonly sample: (signal: AbortSignal) => Promise<readonly LogEndInput[]>
  /** Milliseconds since the epoch; the clock's unless given. */
  readonly now?: () => number
}

/**
 * A source that also tells, at an interval, where logs end, followed by a tick: what conditions over time are judged by.
 * A source that ends by itself is sampled once more at its end.
 */
export function sampledSource({ source, everyMs, sample, now = Date.now }: SampledSourceOptions): Source {
  const samples = async (signal: AbortSignal): Promise<readonly Input[]> => {
    const logEnds = await sample(signal)
    return [...logEnds, { kind: 'tick', timestamp: now() }]
  }
  return {
    cluster: source.cluster,
    async *chunks(signal) {
      const chunks = source.chunks(signal)[Symbol.asyncIterator]()
      let alarm = alarmIn(everyMs)
      let next = chunks.next()
      try {
        for (;;) {
          const chunk = await Promise.race([next, alarm.rings])
          if (chunk === null) {
            yield await samples(signal)
            alarm = alarmIn(everyMs)
          } else if (chunk.done === true) {
            if (!signal.aborted) yield await samples(signal)
            return
          } else {
            yield chunk.value
            next = chunks.next()
          }
        }
      } finally {
        alarm.stop()
        await chunks.return?.(undefined)
      }
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}

function alarmIn(ms: number) {
  const { promise: rings, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(resolve, ms, null)
  return { rings, stop: () => clearTimeout(timer) }
}
