import { setTimeout as sleep } from 'node:timers/promises'
import type { KoffProcess } from '../../e2e/koff.ts'
import { onConnections, type Place } from '../fill/connections.ts'
import type { Subject } from './bed.ts'
import { commitAll, commitOne, cpuSeconds, keysPerGroup, partitionsPerTopic, peakMb, quantile } from './place.ts'

const commitsPerSecond = 1_000
const seconds = 20
const connections = 8

export interface Latency {
  /** Commits a second that were measured. */
  readonly rate: number
  /** From the broker's response to the commit to the event at the reader, ms. */
  readonly p50: number
  readonly p99: number
  readonly longest: number
  /** CPU time of koff an event. */
  readonly cpuMicros: number
  /** Commits without an event. */
  readonly missing: number
  /** MB. */
  readonly peak: number
}

export interface CatchUp {
  readonly found: number
  readonly sentSeconds: number
  readonly readSeconds: number
  /** Events a second. */
  readonly rate: number
  /** CPU time of koff an event, its start included. */
  readonly cpuMicros: number
  /** MB. */
  readonly peak: number
}

export async function commitKeys(place: Place, keys: number, offset: number): Promise<void> {
  const tasks = Array.from({ length: Math.ceil(keys / keysPerGroup) }, (_, index) => `key-${index}`)
  await onConnections(place, { count: connections, tasks }, (connection, group) => commitAll(connection, group, offset))
}

export async function latency({ place, start, read }: Subject, warmUpSeconds: number): Promise<Latency> {
  const { koff, ready } = start()
  await ready()
  const latencies: number[] = []
  const answeredAt = new Map<string, number>()
  const readAt = new Map<string, number>()
  const begin = Date.now()
  const measureFrom = begin + warmUpSeconds * 1000
  const note = (key: string) => {
    const from = answeredAt.get(key)
    const to = readAt.get(key)
    if (from === undefined || to === undefined) return
    if (from >= measureFrom) latencies.push(Math.max(0, to - from))
    answeredAt.delete(key)
    readAt.delete(key)
  }
  const cpuBefore = await cpuSeconds(koff.pid)
  let commits = 0
  {
    await using _reader = await read(({ group, offset, readAt: at }) => {
      if (!group.startsWith(`latency-${begin}-`) || offset === null) return
      const key = `${group}/${offset}`
      readAt.set(key, at)
      note(key)
    })
    const tasks = Array.from({ length: connections }, (_, index) => index)
    const everyMs = (1000 * connections) / commitsPerSecond
    const startedAt = performance.now()
    await onConnections(place, { count: connections, tasks }, async (connection, index) => {
      for (let number = 0; performance.now() - startedAt < (warmUpSeconds + seconds) * 1000; number++) {
        const dueInMs = startedAt + number * everyMs - performance.now()
        if (dueInMs > 1) await sleep(dueInMs)
        const group = `latency-${begin}-${index}-${number % 25}`
        await commitOne(connection, group, number % partitionsPerTopic, number)
        commits++
        answeredAt.set(`${group}/${number}`, Date.now())
        note(`${group}/${number}`)
      }
    })
    await sleep(3_000)
  }
  const cpu = (await cpuSeconds(koff.pid)) - cpuBefore
  const peak = await peakMb(koff.pid)
  await end(koff)
  return {
    rate: Math.round(latencies.length / seconds),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    longest: quantile(latencies, 1),
    cpuMicros: (cpu * 1e6) / commits,
    missing: answeredAt.size,
    peak,
  }
}

export interface Absence {
  readonly keys: number
  /** What was committed for each key while koff was down. */
  readonly offset: number
}

export async function catchUp({ start, read }: Subject, { keys, offset: wanted }: Absence): Promise<CatchUp> {
  const { koff } = start()
  const sentAt: number[] = []
  let newest = 0
  {
    await using _reader = await read(({ group, offset, sentAt: sent, readAt }) => {
      if (!group.startsWith('key-') || offset !== wanted) return
      sentAt.push(sent)
      newest = readAt
    })
    for (const deadline = Date.now() + 200_000; sentAt.length < keys && Date.now() < deadline; ) await sleep(100)
  }
  const from = quantile(sentAt, 0)
  const sentSeconds = (quantile(sentAt, 1) - from) / 1000
  const cpu = await cpuSeconds(koff.pid)
  const peak = await peakMb(koff.pid)
  await end(koff)
  return {
    found: sentAt.length,
    sentSeconds,
    readSeconds: (newest - from) / 1000,
    rate: Math.round(sentAt.length / sentSeconds),
    cpuMicros: (cpu * 1e6) / sentAt.length,
    peak,
  }
}

export async function end(koff: KoffProcess): Promise<void> {
  koff.kill('SIGTERM')
  process.stderr.write(koff.stderr())
  const [code] = await koff.ended
  if (code !== 0) throw new Error(`koff ended with ${String(code)}: ${koff.stderr()}`)
}
