import { join } from 'node:path'
import { startPostgres } from '../../servers/postgres.ts'
import { removeTemporary, temporaryFolder } from '../../servers/process.ts'
import { machine } from '../environment.ts'
import { type HistoryFigures, measureHistory } from './measure.ts'

/** Of the server in the long form; all others are PostgreSQL's own. */
const settings = {
  shared_buffers: '512MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  autovacuum: 'on',
} as const

export interface HistorySectionOptions {
  readonly events: number
  readonly hours: number
}

/** Fills a history in each store, asks it, and says what that took as a section of docs/benchmarks.md. */
export async function historySection({ events, hours }: HistorySectionOptions): Promise<string> {
  const say = (store: string) => (line: string) => process.stderr.write(`${store}: ${line}\n`)
  const folder = await temporaryFolder('bench-history')
  try {
    const place = join(folder, 'history.db')
    const sqlite = await measureHistory({ place, events, hours, say: say('SQLite') })
    await using server = await startPostgres({ settings })
    const postgres = await measureHistory({ place: server.url, events, hours, say: say('PostgreSQL') })
    return page(sqlite, postgres)
  } finally {
    await removeTemporary(folder)
  }
}

function page(sqlite: HistoryFigures, postgres: HistoryFigures): string {
  const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
  const { events, hours, points } = sqlite
  const weekOfPoints = 3_000 * 10 * 60 * 24 * 7
  const gigabytes = ({ bytesPerPoint }: HistoryFigures) => `${((bytesPerPoint * weekOfPoints) / 1e9).toFixed(2)} GB`
  const rows: readonly (readonly [string, (figures: HistoryFigures) => string])[] = [
    ['events written a second', ({ eventsPerSecond }) => count.format(eventsPerSecond)],
    ['bytes of an event, with its indexes', ({ bytesPerEvent }) => count.format(bytesPerEvent)],
    ['points of progress written a second', ({ pointsPerSecond }) => count.format(pointsPerSecond)],
    ['bytes of a point, with the states and intervals beside it', ({ bytesPerPoint }) => bytesPerPoint.toFixed(2)],
    ['a week of 3,000 groups × 10 partitions that all change each minute', gigabytes],
  ]
  const figures = rows.map(([what, of]) => `| ${what} | ${of(sqlite)} | ${of(postgres)} |`)
  const answers = sqlite.answers.map(({ question, median, worst }) => {
    const other = postgres.answers.find(answer => answer.question === question)
    const text = (ms: number | undefined) => (ms === undefined ? '' : ms < 10 ? ms.toFixed(1) : ms.toFixed(0))
    return `| ${question} | ${text(median)} | ${text(worst)} | ${text(other?.median)} | ${text(other?.worst)} |`
  })
  const named = Object.entries(settings).map(([name, value]) => `\`${name} = ${value}\``)
  return `Made by \`npm run bench -- history --events ${events} --hours ${hours} --write\`. ${count.format(events)} events of 3,000 groups over a week, written in transactions of
5,000; then ${hours} hours of progress, ${count.format(points)} points, and a rebalance of each group in three hours. Each transaction is on the disk before the next (SQLite:
\`synchronous = FULL\`; PostgreSQL: \`synchronous_commit = on\`). PostgreSQL runs on the same machine with ${named.join(', ')}.

| | SQLite | PostgreSQL |
|---|--:|--:|
${figures.join('\n')}

Milliseconds, 25 times each, about another group each time:

| question | SQLite median | worst | PostgreSQL median | worst |
|---|--:|--:|--:|--:|
${answers.join('\n')}

- ${machine()}
`
}
