import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { committedEntries } from '../../src/delivery/committedEntries.ts'
import { openKafkaSource } from '../../src/sources/kafka/source.ts'
import { type Stage, stateTopic } from '../chaos/stage.ts'
import { until } from '../clients/until.ts'
import type { KoffProcess } from '../e2e/koff.ts'

/** How long koff's event loop was held, ms, as `monitorEventLoopDelay` counts: with the 10 ms between its looks. */
export interface EventLoop {
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export const eventLoopProbe = new URL('processes/eventLoopProbe.ts', import.meta.url)

/** Since it was asked the last time; `file` is where the probe in koff writes. */
export async function eventLoopOf(koff: KoffProcess, file: string): Promise<EventLoop> {
  const lines = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [])
  const before = lines().length
  koff.kill('SIGUSR2')
  const found = await until({ what: 'the event loop', ask: async () => lines(), good: all => all.length > before })
  return JSON.parse(found.at(-1) as string) as EventLoop
}

/** MB now, and the most there ever was. */
export function memoryOf({ pid }: KoffProcess): { readonly rss: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024
  return { rss: of('VmRSS'), peak: of('VmHWM') }
}

/** Bytes of a topic's segments. */
export function bytesOnDisk({ kafka }: Stage, topic: string): number {
  const folders = readdirSync(kafka.dataFolder).filter(name => /^(.*)-\d+$/.exec(name)?.[1] === topic)
  const files = folders.flatMap(folder => {
    const names = readdirSync(join(kafka.dataFolder, folder)).filter(name => name.endsWith('.log'))
    return names.map(name => join(kafka.dataFolder, folder, name))
  })
  return files.reduce((sum, file) => sum + statSync(file).size, 0)
}

/** What compaction would leave of the state topic. */
export async function liveState({ kafka }: Stage): Promise<{ readonly keys: number; readonly bytes: number }> {
  const { signal } = new AbortController()
  const options = { brokers: kafka.brokers, topic: stateTopic, topicNames: false, untilEnd: true, signal }
  await using source = await openKafkaSource(options)
  const live = new Map<string, number>()
  for await (const { partition, entries } of committedEntries(source, stateTopic, signal)) {
    for (const { key, value } of entries) {
      const name = `${partition} ${key}`
      if (value === null) live.delete(name)
      else live.set(name, Buffer.byteLength(key) + Buffer.byteLength(value))
    }
  }
  return { keys: live.size, bytes: [...live.values()].reduce((sum, bytes) => sum + bytes, 0) }
}
