import { resolve } from 'node:path'
import { commandLine } from '../commandLine.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { dataFolderOf, startBenchBroker } from './broker.ts'
import { churnSection } from './churn/section.ts'
import { conditionsSection } from './conditions/section.ts'
import { benchDelivery, benchDeliveryAgainst } from './delivery/main.ts'
import { disagreements } from './disagreements.ts'
import { environment } from './environment.ts'
import { fill, untilLoaded } from './fill/fill.ts'
import { defaultRecords, planOf } from './fill/plan.ts'
import { historySection } from './history/section.ts'
import { lanesSection } from './lanes/section.ts'
import { measure, type Run } from './measure.ts'
import { drainSection, type Section, writeSection } from './page.ts'
import { buildReaders } from './readers.ts'
import { scrapeSection } from './scrape/section.ts'
import { stateSection } from './state/section.ts'
import { table } from './table.ts'

const { values, positionals } = commandLine({
  program: 'npm run bench',
  usage: `
npm run bench                        fills a broker (once; kept in .servers/), drains it with every reader, 5 rounds
npm run bench -- --records 500000    a smaller topic
npm run bench -- --rounds 3
npm run bench -- --against ../old    takes turns with another checkout of koff, and leaves out slower readers
npm run bench -- delivery            latency, catch-up and restart of koff run, exactly once; --keys 100000 for less state;
                                     --against ../old for latency and catch-up of both checkouts
npm run bench -- --write             the table goes into docs/benchmarks.md, too
npm run bench -- conditions          what a round of samples costs; needs no broker
npm run bench -- churn               memory and state over a million lives of groups, topics, members, producers; needs no broker; --lives 100000
npm run bench -- history             writes and asks a history in SQLite and in PostgreSQL; --events 10000000 --hours 24 is the long form
npm run bench -- lanes               frames of the page while it zooms a large group, in a headless Chromium; needs no broker
npm run bench -- state               what members that join large groups write to the state topic; needs no broker
npm run bench -- scrape              what a scrape of the metrics of 3,000 groups costs; needs no broker`,
  words: ['delivery', 'conditions', 'churn', 'history', 'lanes', 'scrape', 'state'],
  options: {
    against: { type: 'string' },
    events: { type: 'string', default: '300000' },
    hours: { type: 'string', default: '2' },
    keys: { type: 'string', default: '1000000' },
    lives: { type: 'string', default: '1000000' },
    records: { type: 'string', default: String(defaultRecords) },
    rounds: { type: 'string', default: '5' },
    write: { type: 'boolean', default: false },
  },
})
process.exitCode = await part(positionals[0])

async function part(name: string | undefined): Promise<number> {
  const { against, keys, rounds } = values
  if (name === 'delivery' && against !== undefined)
    return section(
      'delivery',
      await benchDeliveryAgainst({ path: resolve(against), keys: Number(keys), rounds: Number(rounds) }),
    )
  if (name === 'delivery') return benchDelivery(Number(keys))
  if (name === 'conditions') return section('conditions', await conditionsSection())
  if (name === 'churn') return churn(Number(values.lives))
  if (name === 'history')
    return section('history', await historySection({ events: Number(values.events), hours: Number(values.hours) }))
  if (name === 'lanes') return section('lanes', await lanesSection())
  if (name === 'scrape') return section('scrape', await scrapeSection())
  if (name === 'state') return section('state', stateSection())
  return main(Number(values.records), Number(values.rounds))
}

async function section(name: Section, text: string): Promise<number> {
  process.stdout.write(`\n${text}`)
  if (values.write) await writeSection(name, text)
  return 0
}

async function churn(lives: number): Promise<number> {
  const { text, isFlat } = await churnSection(lives)
  await section('churn', text)
  return isFlat ? 0 : 1
}

async function main(records: number, rounds: number): Promise<number> {
  if (!(records >= 1 && rounds >= 1)) {
    process.stderr.write('npm run bench: --records and --rounds are numbers from 1 up\n')
    return 2
  }
  const folder = await temporaryFolder('bench-readers')
  await using broker = await startBenchBroker(dataFolderOf(String(records)), async empty => {
    say(`filling a broker with ${records} records; they are kept for the next time`)
    await fill(
      empty,
      planOf(records),
      everySeconds(10, commits => say(`${commits} commits`)),
    )
  })
  try {
    const { readers, judge, leftOut } = await buildReaders({
      broker,
      folder,
      against: values.against && resolve(values.against),
    })
    for (const reason of leftOut) say(reason)
    await untilLoaded(broker)
    const truth = (await measure(judge)).counts
    const rows = readers.map(({ name }) => ({ name, runs: [] as Run[] }))
    for (let round = 1; round <= rounds; round++) {
      for (const [index, reader] of readers.entries()) {
        const run = await measure(reader)
        rows[index]?.runs.push(run)
        say(
          `round ${round}: ${reader.name}: ${run.seconds.toFixed(2)} s, CPU ${run.cpuSeconds.toFixed(2)} s, ${run.peakMb.toFixed(0)} MB`,
        )
      }
    }
    const wrong = disagreements(rows, truth)
    for (const line of wrong) say(line)
    const text = table(rows)
    process.stdout.write(`\n${text}`)
    if (wrong.length > 0) return 1
    if (values.write) {
      const counts = rows[0]?.runs[0]?.counts ?? {}
      const facts = { table: text, counts, rounds, leftOut, environment: await environment() }
      await writeSection('drain', drainSection(facts))
    }
    return 0
  } finally {
    await removeTemporary(folder)
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Hands on what comes, but not more often. */
function everySeconds(seconds: number, hear: (value: number) => void): (value: number) => void {
  let heardAt = performance.now()
  return value => {
    if (performance.now() - heardAt < seconds * 1000) return
    heardAt = performance.now()
    hear(value)
  }
}
