import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Connection, offsetCommitV9 } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import { commandLine } from '../commandLine.ts'
import { startKafka } from '../servers/kafka.ts'
import { untilLoaded } from './fill/fill.ts'
import { writeSection } from './page.ts'
import { median } from './table.ts'

const { values } = commandLine({
  program: 'npm run bench:follow',
  usage: `
npm run bench:follow                   koff events follows 5,000 commits/s for 10 minutes: does its memory grow?
npm run bench:follow -- --minutes 2 --rate 1000
npm run bench:follow -- --write        the series goes into docs/benchmarks.md, too`,
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '5000' },
    write: { type: 'boolean', default: false },
  },
})

/** Of groups without members, each with all partitions of one topic: as many keys as there are commits in a second. */
const partitions = 50
const topic = 'orders'
const offsetsPartitions = 4
/** While code is compiled and tables grow to their size, memory grows as well. */
const warmUpShare = 0.2
const tolerance = 1.15

process.exitCode = await main(Number(values.minutes), Number(values.rate))

async function main(minutes: number, rate: number): Promise<number> {
  const groups = Math.round(rate / partitions)
  if (!(minutes > 0 && groups >= 1)) {
    process.stderr.write(`npm run bench:follow: --minutes is above 0, --rate from ${partitions} up\n`)
    return 2
  }
  await using kafka = await startKafka({ offsetsPartitions, jvm: ['-Xmx1g', '-XX:+UseSerialGC'] })
  await withTopic(kafka.brokers)
  await untilLoaded(kafka)
  const koff = followWith(kafka.bootstrap)
  // What it finds when it comes is history, of which it tells no commits.
  while (koff.caughtUp() < offsetsPartitions) await sleep(100)
  const connection = new Connection('koff-bench')
  const [host = '', port] = kafka.bootstrap.split(':')
  await connection.connect(host, Number(port))
  const series: { readonly minute: number; readonly mb: number; readonly commits: number; readonly told: number }[] = []
  let commits = 0
  try {
    const begun = performance.now()
    const elapsed = () => performance.now() - begun
    let noted = 0
    for (let round = 1; elapsed() < minutes * 60_000; round++) {
      for (let group = 0; group < groups; group++) {
        await commit(connection, `follow-${group}`, round)
        commits += partitions
        const aheadMs = (commits / rate) * 1000 - elapsed()
        if (aheadMs > 5) await sleep(aheadMs)
      }
      if (elapsed() < (noted + 1) * 15_000) continue
      noted = Math.floor(elapsed() / 15_000)
      series.push({ minute: elapsed() / 60_000, mb: await rssOf(koff.pid), commits, told: koff.told() })
      process.stderr.write(`${line(series.at(-1) as (typeof series)[number])}\n`)
    }
    const perSecond = Math.round(commits / (elapsed() / 1000))
    for (let tries = 0; koff.told() < commits && tries < 600; tries++) await sleep(100)
    const told = koff.told()
    const steady = series.filter(({ minute }) => minute >= minutes * warmUpShare).map(({ mb }) => mb)
    const half = steady.length >> 1
    const [early, late] = [median(steady.slice(0, half)), median(steady.slice(half))]
    const text = page({
      minutes,
      perSecond,
      commits,
      told,
      early,
      late,
      rows: series.filter((_, at) => at % 4 === 3).map(line),
    })
    process.stdout.write(`\n${text}`)
    if (values.write) await writeSection('follow', text)
    if (told === commits && late <= early * tolerance) return 0
    process.stderr.write(`${told} of ${commits} commits were told; memory went from ${early} to ${late} MB\n`)
    return 1
  } finally {
    koff.end()
    await connection.close()
  }
}

interface Facts {
  readonly minutes: number
  readonly perSecond: number
  readonly commits: number
  readonly told: number
  readonly early: number
  readonly late: number
  readonly rows: readonly string[]
}

function page({ minutes, perSecond, commits, told, early, late, rows }: Facts): string {
  return `Made by \`npm run bench:follow -- --write\`: \`koff events\` with \`offset-committed\` follows a broker for ${minutes} minutes, at
${perSecond} commits a second, ${commits} in all, of which it tells ${told}. Median memory of the first half after the
warm-up ${early.toFixed(0)} MB, of the second ${late.toFixed(0)} MB.

| minute | RSS MB | commits | told |
|--:|--:|--:|--:|
${rows.map(row => `| ${row.split(/ +/).join(' | ')} |`).join('\n')}
`
}

function line({ minute, mb, commits, told }: Record<'minute' | 'mb' | 'commits' | 'told', number>): string {
  return `${minute.toFixed(1)} ${mb.toFixed(0)} ${commits} ${told}`
}

/** koff as a user starts it, with an event for each commit. */
function followWith(bootstrap: string) {
  const launcher = fileURLToPath(new URL('../../bin/koff.js', import.meta.url))
  const events = ['--event', 'default', '--event', 'offset-committed']
  const child = spawn(process.execPath, [launcher, 'events', '--brokers', bootstrap, ...events], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const told = countOf(child.stdout, '"type":"offset-committed"')
  const caughtUp = countOf(child.stdout, '"type":"koff-caught-up"')
  return { pid: child.pid ?? 0, told, caughtUp, end: () => child.kill() }
}

/** How often a text came so far. */
function countOf(stream: Readable, text: string): () => number {
  const what = Buffer.from(text)
  let count = 0
  let rest = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    const all = Buffer.concat([rest, chunk])
    let end = 0
    for (let at = all.indexOf(what); at >= 0; at = all.indexOf(what, end)) {
      count++
      end = at + what.length
    }
    rest = all.subarray(Math.max(end, all.length - what.length + 1))
  })
  return () => count
}

async function withTopic(brokers: readonly string[]): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true })
  await admin.disconnect()
}

async function commit(connection: Connection, group: string, round: number): Promise<void> {
  const offsets = Array.from({ length: partitions }, (_, partitionIndex) => ({
    partitionIndex,
    committedOffset: BigInt(round * 100),
    committedLeaderEpoch: 0,
    committedMetadata: '',
  }))
  await offsetCommitV9.api.async(connection, group, -1, '', null, [{ name: topic, partitions: offsets }])
}

async function rssOf(pid: number): Promise<number> {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kb === undefined) throw new Error(`the kernel tells nothing of process ${pid}`)
  return Number(kb) / 1024
}
