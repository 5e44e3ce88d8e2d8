import { execFileSync } from 'node:child_process'
import { environment } from '../environment.ts'
import { deliverySection, type Round } from './against.ts'
import { openBed, type Subject } from './bed.ts'
import { type CatchUp, catchUp, commitKeys, end, type Latency, latency } from './figures.ts'
import { peakMb } from './place.ts'

const catchUpKeys = 300_000
/** A broker that has just started compiles what it does often; one in service has done so long ago. */
const warmUpSeconds = 30
const againSeconds = 10

/**
 * On one broker, exactly once, with `offset-committed` on: the first read of so many keys, restarts with them as state,
 * latency at a thousand commits a second, and the catch-up after an absence.
 */
export async function benchDelivery(keys: number): Promise<number> {
  await using bed = await openBed([{ label: 'koff', path: null }])
  const [subject] = bed.subjects
  if (subject === undefined) return 1
  for (const line of await environment()) say(`- ${line}`)
  await commitKeys(bed.place, keys, 1)
  await restarts(subject, keys)
  sayLatency(await latency(subject, warmUpSeconds))
  const absence = Math.min(keys, catchUpKeys)
  await commitKeys(bed.place, absence, 2)
  sayCatchUp(await catchUp(subject, { keys: absence, offset: 2 }), absence)
  return 0
}

export interface AgainstOptions {
  readonly path: string
  readonly keys: number
  readonly rounds: number
}

/** This checkout and another one take turns on one broker; gives a section of the page. */
export async function benchDeliveryAgainst({ path, keys, rounds }: AgainstOptions): Promise<string> {
  const checkouts = [
    { label: 'this checkout', path: null },
    { label: `commit ${commitOf(path)}`, path },
  ]
  await using bed = await openBed(checkouts)
  await commitKeys(bed.place, keys, 1)
  for (const subject of bed.subjects) {
    const { koff, ready } = subject.start()
    await ready()
    await end(koff)
  }
  const figures: Round[] = []
  for (let round = 1; round <= rounds; round++) {
    const order = round % 2 === 1 ? bed.subjects : bed.subjects.toReversed()
    for (const subject of order) {
      say(`round ${round}: ${subject.label}`)
      const isFirst = round === 1 && subject === order[0]
      const of = await latency(subject, isFirst ? warmUpSeconds : againSeconds)
      sayLatency(of)
      figures.push({ label: subject.label, latency: of })
    }
    await commitKeys(bed.place, keys, round + 1)
    for (const subject of order) {
      say(`round ${round}: ${subject.label}`)
      const of = await catchUp(subject, { keys, offset: round + 1 })
      sayCatchUp(of, keys)
      figures.push({ label: subject.label, catchUp: of })
    }
  }
  return await deliverySection({ labels: checkouts.map(({ label }) => label), figures, keys, rounds })
}

/** The commit that a checkout is at. */
function commitOf(path: string): string {
  return execFileSync('git', ['-C', path, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
}

async function restarts({ start }: Subject, keys: number): Promise<void> {
  for (const what of ['first read', 'restart 1', 'restart 2', 'restart 3']) {
    const { koff, ready } = start()
    const ms = await ready()
    const peak = await peakMb(koff.pid)
    say(`${what}, ${keys} keys: ready ${(ms / 1000).toFixed(1)} s after its start, peak RSS ${peak.toFixed(0)} MB`)
    await end(koff)
  }
}

function sayLatency({ rate, p50, p99, longest, cpuMicros, missing, peak }: Latency): void {
  say(
    `latency at ${rate} commits/s, answered → event read, ms: p50 ${p50}, p99 ${p99}, longest ${longest}; CPU an event ${cpuMicros.toFixed(0)} µs`,
  )
  say(`${missing} commits without an event; peak RSS ${peak.toFixed(0)} MB`)
}

function sayCatchUp({ found, sentSeconds, readSeconds, rate, cpuMicros, peak }: CatchUp, keys: number): void {
  say(
    `catch-up: ${found} of ${keys} events in ${sentSeconds.toFixed(1)} s, ${rate} events/s; CPU an event ${cpuMicros.toFixed(0)} µs`,
  )
  say(`all of them read ${readSeconds.toFixed(1)} s after the first; peak RSS ${peak.toFixed(0)} MB`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
