import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openFiles } from '../../src/sources/openFiles.ts'
import { refuseRepeats } from '../../src/sources/refuseRepeats.ts'
import { batchBytes } from '../kafka/records/logBytes.ts'
import { batchesOf, inputsOf } from './inputs.ts'

const corpus = join(import.meta.dirname, '../corpus')
const segments = join(corpus, 'segments')
const dev = join(corpus, 'dev.records.ndjson.gz')
let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'koff-repeats-'))
})
afterAll(() => rm(home, { recursive: true }))

const batch = (offset: number): Buffer =>
  batchBytes({ baseOffset: offset, lastOffset: offset, baseTimestamp: 1, maxTimestamp: 1 }, [
    { offset, timestamp: 1, key: null, value: null },
  ])

async function segment(name: string, ...offsets: number[]): Promise<string> {
  const path = join(home, name)
  await writeFile(path, Buffer.concat(offsets.map(batch)))
  return path
}

const read = async (...paths: string[]) => batchesOf(await inputsOf(refuseRepeats(await openFiles(paths)))).length

it('the files of a log, each once, are what they are', async () => {
  expect(await read(segments)).toBe(1_002)
  expect(await read(dev)).toBe(1_002)
  expect(await read(await segment('b', 3, 4), await segment('a', 0, 2))).toBe(4)
})

it.each([
  ['a recording twice', [dev, dev], 'offset 0 of partition 0 comes after '],
  ['a directory and a segment in it', [segments, join(segments, '__consumer_offsets-3')], 'offset 0 of partition 3'],
  ['a recording of what a segment held', [segments, dev], 'offset 0 of partition 0'],
])('%s is refused', async (_, paths, what) => {
  await expect(read(...paths)).rejects.toMatchObject({
    code: 'INPUT_UNREADABLE',
    message: expect.stringContaining(what),
  })
})

it('logs of one partition that overlap are refused, with where', async () => {
  await expect(read(await segment('one', 0, 1, 2), await segment('two', 1, 2, 3))).rejects.toMatchObject({
    message: 'offset 1 of partition 0 comes after 2: give each part of a log once, and recordings in its order',
  })
})

it('a batch in the middle of a file that says another offset ends nothing', async () => {
  expect(await read(await segment('damaged', 0, 9, 1, 2, 10))).toBe(5)
})
