import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KoffError } from '../../../src/base/errors.ts'
import { recordingLines } from '../../../src/sources/recording/recordingLines.ts'
import { recordingSource } from '../../../src/sources/recording/recordingSource.ts'
import { segmentFile, segmentFilesIn } from '../../../src/sources/segment/segmentFile.ts'
import { segmentSource } from '../../../src/sources/segment/segmentSource.ts'
import { batchesOf, inputsOf } from '../inputs.ts'
import { batchAt, log, offsetsOf, segmentReader, size } from './logs.ts'

const corpus = join(import.meta.dirname, '../../corpus')
const { pathOf, readBytes } = segmentReader()

describe('segments of a real broker', () => {
  it('have the content of its recording, in every field of every record', async () => {
    const recorded = await inputsOf(recordingSource(join(corpus, 'dev.records.ndjson.gz')))
    const read = await inputsOf(segmentSource(await segmentFilesIn(join(corpus, 'segments'))))
    expect(batchesOf(read)).toHaveLength(1002)
    expect(recordingLines(read).split('\n')).toEqual(recordingLines(recorded).split('\n'))
    expect(batchesOf(read).map(batch => batch.partition)).toEqual(batchesOf(recorded).map(batch => batch.partition))
  })

  it('are the same in chunks of any size', async () => {
    const segments = await segmentFilesIn(join(corpus, 'segments'))
    const whole = await inputsOf(segmentSource(segments))
    for (const chunkLength of [1, 100, 1_000, 4_096, 30_000]) {
      expect(await inputsOf(segmentSource(segments, { chunkLength }))).toEqual(whole)
      expect(await inputsOf(segmentSource(segments, { chunkLength, threadFrom: 0 }))).toEqual(whole)
    }
  })
})

describe('segmentSource', () => {
  it('reads the files of each partition in the order of the log, whatever order they are given in', async () => {
    const paths: string[] = []
    for (const [partition, offset] of [
      [10, 0],
      [2, 7],
      [2, 0],
    ] as const) {
      const folder = pathOf(`__consumer_offsets-${partition}`)
      await mkdir(folder, { recursive: true })
      paths.push(join(folder, `${String(offset).padStart(20, '0')}.log`))
      await writeFile(paths.at(-1) as string, log([offset, offset + 1]))
    }
    const read = await inputsOf(segmentSource(await Promise.all(paths.map(path => segmentFile(path)))))
    expect(batchesOf(read).map(batch => [batch.partition, batch.baseOffset])).toEqual([
      [2, 0],
      [2, 1],
      [2, 7],
      [2, 8],
      [10, 0],
      [10, 1],
    ])
    const found = await segmentFilesIn(pathOf())
    expect(found.map(file => file.path).sort()).toEqual(paths.toSorted())
  })

  it('prefers the given partition to that of the directory', async () => {
    const path = join(corpus, 'segments/__consumer_offsets-3/00000000000000000000.log')
    expect(await segmentFile(path)).toMatchObject({ partition: 3, firstOffset: 0 })
    expect(await segmentFile(path, 12)).toMatchObject({ partition: 12 })
    await writeFile(pathOf('lone.log'), log([4]))
    expect(await segmentFile(pathOf('lone.log'))).toMatchObject({ partition: 0, firstOffset: 4 })
  })

  it('names a file that cannot be read', async () => {
    const missing = pathOf('missing.log')
    await expect(segmentFile(missing)).rejects.toThrow(
      new KoffError('INPUT_UNREADABLE', `${missing}: no such file or directory`),
    )
    await expect(segmentFilesIn(missing)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' })
    await mkdir(pathOf('empty'))
    await writeFile(pathOf('empty', 'server.log'), 'of a broker, and none of its segments\n')
    await expect(segmentFilesIn(pathOf('empty'))).rejects.toThrow(/holds neither segments \(0{20}\.log\) nor/)
    const gone = { path: missing, partition: 0, firstOffset: 0 }
    await expect(inputsOf(segmentSource([gone]))).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' })
  })

  it('reads a batch that is longer than a chunk', async () => {
    const bytes = Buffer.concat([batchAt(0), batchAt(1, 50_000), batchAt(2)])
    expect(offsetsOf(await readBytes(bytes, { chunkLength: 1_000 }))).toEqual([0, 1, 2])
  })

  it('ends on request', async () => {
    const controller = new AbortController()
    const path = pathOf('long.log')
    await writeFile(path, log([...Array(50).keys()]))
    const source = segmentSource([await segmentFile(path)], { chunkLength: 3 * size })
    const seen: number[] = []
    for await (const inputs of source.chunks(controller.signal)) {
      seen.push(...offsetsOf(inputs))
      if (seen.length >= 6) controller.abort()
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('ends on request, also where another thread has read more', async () => {
    const controller = new AbortController()
    const path = pathOf('longer.log')
    await writeFile(path, log([...Array(1_000).keys()]))
    const source = segmentSource([await segmentFile(path)], { threadFrom: 0 })
    let chunks = 0
    for await (const inputs of source.chunks(controller.signal)) {
      expect(inputs.length).toBeLessThan(1_000)
      chunks++
      controller.abort()
    }
    expect(chunks).toBe(1)
  })

  it('reports its progress', async () => {
    const seen: number[] = []
    await readBytes(log([0, 1, 2, 3]), { chunkLength: 2 * size, progress: ({ position }) => seen.push(position) })
    expect(seen).toContain(2 * size)
    expect(seen.at(-1)).toBe(4 * size)
  })
})
