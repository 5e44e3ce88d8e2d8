import { cpus } from 'node:os'
import { Queue } from 'bullmq'
import { bullmqSink } from '../../src/sinks/bullmq/sink.ts'
import { commandLine } from '../commandLine.ts'
import { type RedisOptions, startRedis } from '../servers/redis.ts'
import { events } from '../sinks/events.ts'

commandLine({
  program: 'npm run bench:queue',
  usage: `
npm run bench:queue    how fast events become jobs: 100,000 of them, in writes of 5,000 as a pipeline makes them, each
                       write over when Redis has its jobs
`,
  options: {},
})

const count = 100_000
const writeSize = 5_000
const runs = 3

const redisSettings: Readonly<Record<string, RedisOptions>> = {
  'Redis that keeps nothing': {},
  'appendonly, appendfsync everysec': { durable: true, settings: { appendfsync: 'everysec' } },
  'appendonly, appendfsync always': { durable: true },
}

/** Jobs in a second. */
async function measure(url: string, port: number): Promise<number> {
  const signal = new AbortController().signal
  const queue = `bench-${Math.random()}`.replace('.', '')
  await using sink = bullmqSink({ queue, redis: { url } })
  await sink.open(signal)
  const all = events(count)
  const startedAt = performance.now()
  for (let at = 0; at < count; at += writeSize) await sink.write(all.slice(at, at + writeSize), signal)
  const seconds = (performance.now() - startedAt) / 1000
  const opened = new Queue(queue, { connection: { host: '127.0.0.1', port } })
  const waiting = await opened.getWaitingCount()
  await opened.obliterate({ force: true })
  await opened.close()
  if (waiting !== count) throw new Error(`${waiting} jobs of ${count} events`)
  return count / seconds
}

const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.versions.node}`
process.stdout.write(`${machine}\n${count} events, ${runs} runs each, jobs/s\n`)
for (const [name, options] of Object.entries(redisSettings)) {
  await using redis = await startRedis(options)
  const rates: number[] = []
  for (let run = 0; run < runs; run += 1) rates.push(Math.round(await measure(redis.url, redis.port)))
  process.stdout.write(`${name.padEnd(34)}${rates.map(rate => String(rate).padStart(8)).join('')}\n`)
}
