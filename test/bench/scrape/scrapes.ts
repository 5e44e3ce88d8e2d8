import { Fold } from '../../../src/engine/fold.ts'
import { apply } from '../../../src/pipeline/apply.ts'
import { groupReport } from '../../../src/telemetry/groupSeries.ts'
import { groupText } from '../../../src/web/groupText.ts'
import { batchOf, classicOf, commitOf } from '../../state/batchOf.ts'

/** Processor time of a scrape in ms: of the first one, and the median of the others. */
export interface ScrapeFigures {
  readonly groups: number
  readonly series: number
  readonly kilobytes: number
  readonly first: number
  readonly median: number
}

/*
 * What a scrape of the metrics of groups costs, by topic: 3,000 groups that read four partitions of each of two topics. A
 * program of its own, so that processor time is its own; prints its figures as JSON.
 */

const groups = 3_000
const topics = ['orders', 'payments']
const partitions = [0, 1, 2, 3]
const rounds = 15
const now = 1_700_000_000_000

const fold = new Fold({ cluster: 'bench', history: 'none', tracksChanges: true })
let baseOffset = 0
for (let at = 0; at < groups; at++) {
  const group = `service-${at}`
  const places = topics.flatMap(topic => partitions.map(partition => ({ topic, partition })))
  const records = [
    classicOf(group, 1, [{ id: 'member', topics, assigned: Object.fromEntries(topics.map(of => [of, partitions])) }]),
    ...places.map(({ topic, partition }) => commitOf(group, topic, partition, at, now)),
  ]
  const batch = batchOf(records, { baseOffset, timestamp: now })
  baseOffset = batch.lastOffset + 1
  apply(fold, { kind: 'batch', batch })
}
for (const topic of topics) {
  for (const partition of partitions) {
    apply(fold, { kind: 'logEnd', topic, partition, logStart: 0, logEnd: 10_000, timestamp: now })
  }
}
apply(fold, { kind: 'tick', timestamp: now })

const scrape = () => {
  const report = groupReport(fold, { grain: 'topic', maxSeries: 1_000_000, wants: () => true })
  return { series: report.series.length, kilobytes: Math.round(Buffer.byteLength(groupText(report)) / 1000) }
}
const times = Array.from({ length: rounds + 1 }, () => {
  const before = process.cpuUsage()
  scrape()
  const { user, system } = process.cpuUsage(before)
  return Math.round((user + system) / 100) / 10
})
const [first = 0, ...others] = times
const median = others.toSorted((a, b) => a - b)[rounds >> 1] ?? 0
const figures: ScrapeFigures = { groups, ...scrape(), first, median }
process.stdout.write(`${JSON.stringify(figures)}\n`)
