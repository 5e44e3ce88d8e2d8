import { Fold } from '../../../src/engine/fold.ts'
import type { Source } from '../../../src/engine/source.ts'
import { toSinks } from '../../../src/pipeline/toSinks.ts'
import { countsOf } from './counts.ts'

/*
 * node koff.ts live HOST:PORT | segments FOLDER
 *
 * koff's own way of data without a sink: source, CRC, decode, transactions, state, diff. Every record is news, so that
 * all events are made, too; they are counted and dropped.
 */
const [mode, from = ''] = process.argv.slice(2)
const open = mode === 'live' ? await liveSource() : await segmentsSource()
process.stdout.write('start\n')
await using source = await open()
const fold = new Fold({ cluster: source.cluster, history: 'none' })
let events = 0
const accept = () => {
  events++
  return false
}
await toSinks({ source, fold, sinks: [], signal: new AbortController().signal, accept })
process.stdout.write(`${JSON.stringify({ ...countsOf(fold), events })}\n`)
process.stdin.resume()

/** As the command line does it: Kafka's library is loaded where it is needed only. */
async function liveSource(): Promise<() => Promise<Source>> {
  const { openKafkaSource } = await import('../../../src/sources/kafka/source.ts')
  return () => openKafkaSource({ brokers: [from], untilEnd: true })
}

async function segmentsSource(): Promise<() => Promise<Source>> {
  const { segmentFilesIn } = await import('../../../src/sources/segment/segmentFile.ts')
  const { segmentSource } = await import('../../../src/sources/segment/segmentSource.ts')
  return async () => segmentSource(await segmentFilesIn(from))
}
