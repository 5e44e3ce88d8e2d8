import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openFiles } from '../../src/sources/openFiles.ts'
import { batchBytes, messageBytes } from '../kafka/records/logBytes.ts'
import { batchesOf, inputsOf } from './inputs.ts'

const corpus = join(import.meta.dirname, '../corpus')
const segments = join(corpus, 'segments')
const dev = join(corpus, 'dev.records.ndjson.gz')
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'koff-files-'))
})
afterAll(() => rm(directory, { recursive: true }))

const read = async (...paths: string[]): Promise<string[]> => {
  const batches = batchesOf(await inputsOf(await openFiles(paths)))
  return batches.map(batch => `${batch.partition}:${batch.baseOffset}`)
}

const at = (offset: number): Buffer =>
  batchBytes({ baseOffset: offset, lastOffset: offset, baseTimestamp: 1, maxTimestamp: 1 }, [
    { offset, timestamp: 1, key: null, value: null },
  ])

describe('openFiles', () => {
  it('takes a log directory, a partition directory, a segment, a recording, and standard input', async () => {
    const all = await read(dev)
    expect(all).toHaveLength(1_002)
    expect(await read(segments)).toEqual(all)
    const third = all.filter(place => place.startsWith('3:'))
    expect(await read(join(segments, '__consumer_offsets-3'))).toEqual(third)
    expect(await read(join(segments, '__consumer_offsets-3/00000000000000000000.log'))).toEqual(third)
    const stdin = Readable.from([gunzipSync(await readFile(dev))])
    expect(batchesOf(await inputsOf(await openFiles(['-'], { stdin })))).toHaveLength(1_002)
  })

  it('depends on the content of a file, not on its name', async () => {
    await copyFile(dev, join(directory, 'recording.log'))
    expect(await read(join(directory, 'recording.log'))).toHaveLength(1_002)
    await copyFile(join(segments, '__consumer_offsets-3/00000000000000000000.log'), join(directory, 'segment'))
    const batches = await read(join(directory, 'segment'))
    expect(batches).toHaveLength(261)
    expect(batches[0]).toBe('0:0')
    await writeFile(join(directory, 'old'), messageBytes({ magic: 0, offset: 7, key: null, value: null }))
    expect(await read(join(directory, 'old'))).toEqual(['0:7'])
    await writeFile(join(directory, 'nothing'), '')
    expect(await read(join(directory, 'nothing'))).toEqual([])
  })

  it('puts all segments in the order of their logs, and keeps the order of recordings', async () => {
    const one = join(directory, '__consumer_offsets-1')
    await mkdir(one)
    await writeFile(join(one, '00000000000000000005.log'), at(5))
    await writeFile(join(one, '00000000000000000000.log'), at(0))
    await writeFile(join(one, '00000000000000000000.index'), 'no log')
    await writeFile(join(directory, 'zero.log'), at(9))
    const old = join(corpus, 'old282.records.ndjson.gz')
    const places = await read(old, join(one, '00000000000000000005.log'), dev, join(directory, 'zero.log'), one)
    expect(places.slice(82, 86)).toEqual(['0:9', '1:0', '1:5', '1:5'])
    expect(places).toHaveLength(82 + 4 + 1_002)
  })

  it('uses the given partition', async () => {
    const source = await openFiles([join(segments, '__consumer_offsets-3')], { partition: 17 })
    expect(new Set(batchesOf(await inputsOf(source)).map(batch => batch.partition))).toEqual(new Set([17]))
  })

  it('reads pipes', async () => {
    const pipe = join(directory, 'pipe')
    await promisify(execFile)('mkfifo', [pipe])
    const writing = writeFile(pipe, await readFile(dev))
    expect(await read(pipe)).toHaveLength(1_002)
    await writing
  })

  it('refuses other files, and missing ones', async () => {
    const image = join(directory, 'image.png')
    await writeFile(image, Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex'))
    await expect(openFiles([image])).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: `${image}: neither a recording (NDJSON, gzipped or not) nor a log segment`,
    })
    await expect(openFiles([dev, join(directory, 'missing')])).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' })
  })

  it('reports progress in every file', async () => {
    const seen = new Set<string>()
    const paths = [dev, join(segments, '__consumer_offsets-3/00000000000000000000.log')]
    await inputsOf(await openFiles(paths, { progress: ({ path }) => seen.add(path) }))
    expect([...seen]).toEqual(paths)
  })
})
