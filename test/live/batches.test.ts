import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchCodecs } from '../../src/kafka/codecs/codecs.ts'
import { readBatches } from '../../src/kafka/records/readBatches.ts'
import { borrowReaderThread } from '../../src/kafka/thread/readerThread.ts'
import { recordingLines } from '../../src/sources/recording/recordingLines.ts'
import { segmentFile } from '../../src/sources/segment/segmentFile.ts'
import { segmentSource } from '../../src/sources/segment/segmentSource.ts'
import { kafkaJars } from '../servers/maven.ts'
import { compileJava, requireJava, runJava } from '../servers/toolchain.ts'
import { batchesOf, faultsOf, inputsOf } from '../sources/inputs.ts'

const SEED = 20_261_124
const BATCHES = 40

const thread = borrowReaderThread()
afterAll(() => thread[Symbol.dispose]())

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'koff-batches-'))
  await requireJava()
  const jars = join(await kafkaJars(), '*')
  const classes = join(folder, 'classes')
  const logs = join(folder, 'logs')
  await mkdir(classes)
  await mkdir(logs)
  const source = fileURLToPath(new URL('../java/LogWriter.java', import.meta.url))
  await compileJava({ classPath: jars, sources: [source], into: classes })
  await runJava(['-Xmx512m', '-cp', `${classes}:${jars}`, 'LogWriter', logs, String(SEED), String(BATCHES)])
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const linesOf = async (name: string): Promise<string[]> =>
  (await readFile(join(folder, 'logs', `${name}.ndjson`), 'utf8')).trimEnd().split('\n')

/** Magic and codec, and what is special about the log. */
const logs = [0, 1, 2].flatMap(magic =>
  ['none', 'gzip', 'snappy', 'lz4', ...(magic === 2 ? ['zstd'] : [])].flatMap(codec => {
    const kinds = magic === 0 ? [''] : ['', '-appendtime', '-compacted', ...(magic === 2 ? ['-transactions'] : [])]
    return kinds.map(kind => `v${magic}-${codec}${kind}`)
  }),
)

describe(`logs that Kafka's own classes wrote (seed ${SEED})`, () => {
  it('are all looked at', async () => {
    const written = (await readdir(join(folder, 'logs'))).filter(name => name.endsWith('.log'))
    expect(written.map(name => name.slice(0, -4)).sort()).toEqual(logs.toSorted())
  })

  for (const name of logs) {
    it(`${name}: every field of every record is what Kafka reads`, async () => {
      const file = await segmentFile(join(folder, 'logs', `${name}.log`))
      // Small chunks, so that batches lie across them
      const inputs = await inputsOf(segmentSource([file], { chunkLength: 10_000 }))
      expect(await inputsOf(segmentSource([file], { chunkLength: 10_000, threadFrom: 0 }))).toEqual(inputs)
      expect(faultsOf(inputs)).toEqual([])
      expect(recordingLines(inputs).trimEnd().split('\n')).toEqual(await linesOf(name))
      expect(new Set(batchesOf(inputs).map(batch => batch.compression))).toContain(name.split('-')[1])
    })
  }

  it('keep batches of which compaction left no record', async () => {
    const bytes = await readFile(join(folder, 'logs', 'v2-none-compacted.log'))
    const { items } = readBatches(bytes, { partition: 0, codecs: batchCodecs() })
    const empty = items.filter(item => item.kind === 'batch' && item.batch.recordCount === 0)
    expect(empty.length).toBeGreaterThan(0)
  })
})
