import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { borrowReaderThread, type ReaderThread } from '../../../src/kafka/thread/readerThread.ts'
import { exchanged } from '../net/exchanged.ts'
import { batchBytes } from '../records/logBytes.ts'
import { readyThread } from './readyThread.ts'

const batch = batchBytes({ baseOffset: 0, lastOffset: 0, baseTimestamp: 5, maxTimestamp: 5 }, [
  { offset: 0, timestamp: 5, key: Buffer.from('key'), value: Buffer.from('value') },
])
let directory: string
let path: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'koff-thread-'))
  path = join(directory, '00000000000000000000.log')
  await writeFile(path, Buffer.concat(Array.from({ length: 20 }, () => batch)))
})
afterAll(() => rm(directory, { recursive: true }))

const never = new AbortController().signal
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

async function partsOf(thread: ReaderThread): Promise<number[]> {
  await using file = await open(path)
  const positions: number[] = []
  const segment = { fd: file.fd, size: 20 * batch.length, length: 5 * batch.length }
  for await (const { position } of thread.soundParts(segment)) positions.push(position)
  return positions
}

test('when it dies, its work ends, and the next order is done', async () => {
  await using server = createServer(end => end.on('error', () => undefined)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const begun = once(process, 'worker') as Promise<[Worker]>
  using thread = await readyThread()
  const socket = await thread.bestSockets()({ host: '127.0.0.1', port }, { brokers: [] }, never)
  const [worker] = await begun
  const died = once(worker, 'exit')
  void worker.terminate()
  await expect(socket.ended).resolves.toMatchObject({ kind: 'closed' })
  expect(socket.isOpen).toBe(false)
  await died
  expect(await partsOf(thread)).toEqual([0, 5, 10, 15].map(before => before * batch.length))
})

test('a reader continues when another one releases it', async () => {
  using thread = borrowReaderThread()
  borrowReaderThread()[Symbol.dispose]()
  expect(await partsOf(thread)).toHaveLength(4)
})

test('memory of sockets that are closed is given back', async () => {
  const answer = Buffer.alloc(8_000_000, 1)
  answer.writeInt32BE(answer.length - 4, 0)
  answer.writeInt32BE(1, 4)
  await using server = createServer(end => {
    end.on('error', () => undefined).once('data', () => end.write(answer))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  using thread = await readyThread()
  const before = process.memoryUsage.rss()
  for (let opened = 0; opened < 100; opened++) {
    const socket = await thread.bestSockets()({ host: '127.0.0.1', port }, { brokers: [] }, never)
    await socket.exchange({ ...exchanged, encode: () => Buffer.alloc(12) })
    socket.destroy(new Error('done'))
    // This thread keeps none of it
    collect()
  }
  // All of it was 800 MB
  expect(process.memoryUsage.rss() - before).toBeLessThan(400_000_000)
})

test('a process that asks for no more of a segment ends', async () => {
  const source = new URL('../../../src/sources/segment/segmentSource.ts', import.meta.url).href
  const program = `
    import { segmentSource } from '${source}'
    const source = segmentSource([{ path: process.argv[1], partition: 0, firstOffset: 0 }], { threadFrom: 0, chunkLength: 300 })
    const { value } = await source.chunks(new AbortController().signal).next()
    console.log(value.length)`
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program, path])
  expect((await run).stdout.trim()).toMatch(/^[1-9]/)
})
