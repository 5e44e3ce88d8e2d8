import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export interface LatencyOptions {
  readonly brokers: readonly string[]
  /** Of the events. */
  readonly topic: string
  /** The name of its consumer group. */
  readonly reader: string
  /** That commit partition 0 of topic `orders` in turn. */
  readonly groups: readonly string[]
  /** Partitions of `__consumer_offsets` that are written to without their coordinator, and how many there are. */
  readonly written: readonly number[]
  readonly partitions: number
  /** Commits of all groups. */
  readonly perSecond: number
  /** The offset that they commit. */
  readonly committed: number
}

export interface Measured {
  readonly group: string
  readonly phase: string
  /** From the answer to the commit until a read_committed consumer had its event. */
  readonly ms: number
}

export interface Latencies {
  readonly measured: readonly Measured[]
  /** How often each group committed. */
  readonly commits: Readonly<Record<string, number>>
}

export type LatencyMessage = { readonly kind: 'begin'; readonly phase: string } | { readonly kind: 'caughtUp' | 'end' }

export interface LatencyProbe {
  /** What is committed from now on belongs to this phase. */
  begin(phase: string): void
  /** Resolves when the events of all that is committed now, and so of all that was in the log before, are read. */
  caughtUp(): Promise<void>
  end(): Promise<Latencies>
}

/** In a thread of its own, so that nothing else here makes it late. */
export function probeLatency(options: LatencyOptions): LatencyProbe {
  const port = new Worker(new URL('processes/latencyThread.ts', import.meta.url), { workerData: options })
  const send = (message: LatencyMessage) => port.postMessage(message)
  const failed = new Promise<never>((_, reject) => port.once('error', reject))
  failed.catch(() => undefined)
  const answer = async () => (await Promise.race([once(port, 'message') as Promise<unknown[]>, failed]))[0]
  return {
    begin: phase => send({ kind: 'begin', phase }),
    caughtUp: async () => {
      send({ kind: 'caughtUp' })
      await answer()
    },
    end: async () => {
      send({ kind: 'end' })
      const latencies = (await answer()) as Latencies
      await port.terminate()
      return latencies
    },
  }
}
