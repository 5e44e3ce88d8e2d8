import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Fold } from '../../src/engine/fold.ts'
import { apply } from '../../src/pipeline/apply.ts'
import { readRecording } from '../../src/sources/recording/readRecording.ts'
import { type LagTime, lagTimeOf } from '../../src/state/conditions/lagTime.ts'
import { startJava } from '../clients/java.ts'
import { koff, startKoff } from '../e2e/koff.ts'
import { startKafka } from '../servers/kafka.ts'
import { handsOf, members, type Scenario, type Stage, scenarios } from './scenarios.ts'
import { faultOf, type Said, type Written } from './truth.ts'

export interface LagInTimeOptions {
  readonly version: string
  /** How long the producers run. */
  readonly seconds: number
  /** Between two samples of koff, and between two rounds of a producer. */
  readonly sampleEveryMs: number
}

export interface ScenarioOutcome {
  readonly name: string
  /** Intervals with something to read, by what they come from; `unknown` has no bound at all. */
  readonly by: Readonly<Record<'samples' | 'timestamp' | 'unknown', number>>
  /** Intervals of which one bound is null. */
  readonly open: number
  /** Of those with both bounds, ms; null: there is none. */
  readonly medianWidth: number | null
  readonly worstWidth: number | null
  readonly faults: readonly string[]
}

/** `koff record` has taken its first samples of what is there. */
const startMs = 2_000
const withMembers = 'members'

/**
 * Producers with known timestamps, consumers that follow them, and a koff that records. Each interval of each round of samples is
 * held against what the producers know.
 */
export async function lagInTime({
  version,
  seconds,
  sampleEveryMs,
}: LagInTimeOptions): Promise<readonly ScenarioOutcome[]> {
  await using stack = new AsyncDisposableStack()
  const home = mkdtempSync(join(tmpdir(), 'koff-lag-time-'))
  stack.defer(() => rmSync(home, { recursive: true, force: true }))
  const properties = { 'log.cleaner.backoff.ms': '200', 'log.initial.task.delay.ms': '500' }
  const kafka = stack.use(await startKafka({ version, offsetsPartitions: 2, properties }))
  const java = stack.use(await startJava())
  const { bootstrap } = kafka
  const admin = await java.admin(bootstrap)
  const producer = await java.producer({ bootstrap })
  const ended = new AbortController()
  const { signal } = ended
  const stage: Stage = { bootstrap, java, admin, producer, signal }
  for (const { name, topicConfig } of scenarios) await admin.createTopics({ [name]: 1 }, topicConfig)
  await admin.createTopics({ [withMembers]: 1 })
  const written = new Map<string, Written[]>([...scenarios.map(({ name }) => name), withMembers].map(of => [of, []]))
  const handsFor = (name: string) => handsOf(stage, name, written.get(name) ?? [])
  for (const { name, before } of scenarios) await before?.(handsFor(name))

  const recording = join(home, 'recording.ndjson')
  const config = join(home, 'koff.yaml')
  writeFileSync(config, `kafka: { brokers: '${bootstrap}' }\nconditions: { sampleEveryMs: ${sampleEveryMs} }\n`)
  await using record = startKoff(['record', '-c', config, '-o', recording])
  await sleep(startMs)
  const run = async ({ name, round }: Scenario) => {
    const hands = handsFor(name)
    for (let at = 0; !signal.aborted; at++) {
      await round(hands, at)
      await sleep(sampleEveryMs, undefined, { signal }).catch(() => undefined)
    }
  }
  const running = Promise.all([...scenarios.map(run), members(handsFor(withMembers), sampleEveryMs)])
  await Promise.race([running, sleep(seconds * 1000)])
  ended.abort()
  await running
  await sleep(2 * sampleEveryMs)
  record.kill('SIGINT')
  await record.ended

  const said = await saidIn(recording)
  const shown = await shownBy(bootstrap, written)
  return [...written].map(([name, records]) => {
    const topicConfig = scenarios.find(scenario => scenario.name === name)?.topicConfig ?? {}
    const kind = {
      isAppendTime: 'message.timestamp.type' in topicConfig,
      isCompacted: 'cleanup.policy' in topicConfig,
    }
    return outcomeOf(name, said.get(name) ?? [], said => faultOf(said, records, kind), shown.get(name) ?? [])
  })
}

function outcomeOf(
  name: string,
  said: readonly Said[],
  fault: (said: Said) => string | null,
  shown: readonly Said[],
): ScenarioOutcome {
  const behind = said.filter(({ committed, logStart, logEnd }) => Math.max(committed, logStart) < logEnd)
  const widths = behind
    .flatMap(({ lag }) => (lag === null || lag.min === null || lag.max === null ? [] : [lag.max - lag.min]))
    .sort((a, b) => a - b)
  const count = (by: 'samples' | 'timestamp' | undefined) => behind.filter(({ lag }) => lag?.by === by).length
  return {
    name,
    by: { samples: count('samples'), timestamp: count('timestamp'), unknown: count(undefined) },
    open: behind.filter(({ lag }) => lag !== null && (lag.min === null || lag.max === null)).length,
    medianWidth: widths[widths.length >> 1] ?? null,
    worstWidth: widths.at(-1) ?? null,
    faults: [...said, ...shown].flatMap(of => fault(of) ?? []),
  }
}

/** What koff knows after each round of samples, by topic. */
async function saidIn(recording: string): Promise<Map<string, Said[]>> {
  const fold = new Fold({ cluster: '', history: 'none', tracksChanges: false })
  const said = new Map<string, Said[]>()
  for await (const chunk of readRecording(createReadStream(recording), recording, new AbortController().signal)) {
    for (const input of chunk) {
      apply(fold, input)
      if (input.kind !== 'tick') continue
      for (const { offsets } of fold.partitions.values()) {
        const { table } = offsets
        for (const row of table.rows()) {
          if (!table.isPresent(row)) continue
          const { name } = table.topicOf(row)
          const topic = fold.logEnds.topicOf(name, table.topicOf(row))
          const id = topic === null || typeof topic === 'string' ? -1 : fold.logEnds.idOf(topic, 0)
          if (id < 0) continue
          const { logEnds } = fold
          const [logStart, logEnd, now] = [logEnds.starts[id], logEnds.ends[id], logEnds.times[id]] as [
            number,
            number,
            number,
          ]
          const committed = Number(table.offsetOf(row))
          const list = said.get(name) ?? []
          said.set(name, [...list, { committed, logStart, logEnd, now, lag: lagTimeOf(logEnds, id, committed, now) }])
        }
      }
    }
  }
  return said
}

interface GroupLine {
  readonly group: string
  readonly lag?: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly lagMs?: Readonly<Record<string, Readonly<Record<string, LagTime | null>>>>
}

/** What `koff groups` shows of the same groups, when the producers have stopped. */
async function shownBy(bootstrap: string, written: ReadonlyMap<string, readonly Written[]>) {
  const startedAt = Date.now()
  const { lines } = await koff(['groups', '--brokers', bootstrap])
  const tookMs = Date.now() - startedAt
  const shown = new Map<string, Said[]>()
  for (const line of lines) {
    const { group, lag, lagMs } = JSON.parse(line) as GroupLine
    const records = lag?.[group]?.['0']
    const time = lagMs?.[group]?.['0'] ?? null
    const logEnd = (written.get(group)?.at(-1)?.offset ?? -1) + 1
    if (records === undefined) continue
    const committed = logEnd - records
    // It was sampled at some time in between.
    const min = time?.min === undefined || time.min === null || records === 0 ? (time?.min ?? null) : time.min - tookMs
    shown.set(group, [{ committed, logStart: 0, logEnd, now: startedAt, lag: time && { ...time, min } }])
  }
  return shown
}
