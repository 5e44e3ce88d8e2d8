import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { openFiles } from '../../src/sources/openFiles.ts'
import { recordingSource, recordingStreamSource } from '../../src/sources/recording/recordingSource.ts'
import { segmentFilesIn } from '../../src/sources/segment/segmentFile.ts'
import { segmentSource } from '../../src/sources/segment/segmentSource.ts'
import { sourceConformance } from './conformance.ts'
import { batchesOf, inputsOf } from './inputs.ts'

/* With a broker: test/live/sourceConformance.test.ts. */

const corpus = join(import.meta.dirname, '../corpus')
const recording = join(corpus, 'dev.records.ndjson.gz')
const nowhere = join(corpus, 'nowhere')
const batches = async () => batchesOf(await inputsOf(recordingSource(recording))).length

sourceConformance('recordings', {
  open: async () => recordingSource(recording),
  isLive: false,
  batches,
  openBroken: async () => recordingSource(nowhere),
})

sourceConformance('recordings through a stream', {
  open: async () => recordingStreamSource(createReadStream(recording).pipe(createGunzip()), 'standard input'),
  isLive: false,
  batches,
  openBroken: async () => recordingStreamSource(createReadStream(import.meta.filename), 'standard input'),
})

sourceConformance('segments', {
  open: async () => segmentSource(await segmentFilesIn(join(corpus, 'segments'))),
  isLive: false,
  batches,
  openBroken: async () => segmentSource([{ path: nowhere, partition: 0, firstOffset: 0 }]),
})

sourceConformance('segments that another thread reads', {
  open: async () => segmentSource(await segmentFilesIn(join(corpus, 'segments')), { threadFrom: 0 }),
  isLive: false,
  batches,
  openBroken: async () => segmentSource([{ path: nowhere, partition: 0, firstOffset: 0 }], { threadFrom: 0 }),
})

sourceConformance('files of both kinds', {
  open: () => openFiles([join(corpus, 'segments')]),
  isLive: false,
  batches,
  openBroken: () => openFiles([nowhere]),
})
