import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { brokerFailure } from '../../../src/kafka/client/failure.ts'
import { type BrokerSocket, type OpenSocket, openSocket } from '../../../src/kafka/net/socket.ts'
import type { ReaderThread } from '../../../src/kafka/thread/readerThread.ts'
import { readyThread } from '../thread/readyThread.ts'

let thread: ReaderThread
const openThreadSocket: OpenSocket = (...where) => thread.bestSockets()(...where)
beforeAll(async () => {
  thread = await readyThread()
})
afterAll(() => thread[Symbol.dispose]())
const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

const never = new AbortController().signal

interface Peer {
  readonly socket: BrokerSocket
  /** The other end, which answers only what a test makes it answer. */
  readonly end: Socket
}

async function connected(open: OpenSocket, requestTimeoutMs = 60_000, signal = never): Promise<Peer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const { port } = server.address() as AddressInfo
  const address = { host: '127.0.0.1', port }
  const socket = await open(address, { brokers: [], requestTimeoutMs }, signal)
  const [end] = await accepted
  end.on('error', () => undefined)
  opened.push({
    [Symbol.asyncDispose]: async () => {
      socket.destroy(new Error('over'))
      end.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  })
  return { socket, end }
}

/** As far as a socket knows one: a length, a key, a version, a correlation id. */
function encode(id: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeInt32BE(8, 0)
  bytes.writeInt32BE(id, 8)
  return bytes
}
const request = { encode }

function answer(id: number, text: string): Buffer {
  const bytes = Buffer.alloc(8 + Buffer.byteLength(text))
  bytes.writeInt32BE(bytes.length - 4, 0)
  bytes.writeInt32BE(id, 4)
  bytes.write(text, 8)
  return bytes
}

const place = { broker: 'b:1', options: { brokers: [] }, request: 'Fetch', trusted: true }

describe.each([
  ['of this thread', openSocket],
  ['of another thread', openThreadSocket],
])('a socket %s', (_, open) => {
  test('each question gets the answer with its number', async () => {
    const { socket, end } = await connected(open)
    const answers = [socket.exchange(request), socket.exchange(request)]
    end.write(Buffer.concat([answer(2, 'second'), answer(1, 'first')]))
    expect((await Promise.all(answers)).map(({ bytes }) => String(bytes))).toEqual(['first', 'second'])
    expect(socket.isOpen).toBe(true)
  })

  test.each([
    ['closes', (end: Socket) => end.end(), 'BROKER_UNREACHABLE', 'b:1: connection closed in Fetch'],
    ['answers nothing', () => undefined, 'BROKER_UNREACHABLE', 'b:1: no answer to Fetch'],
    [
      'speaks TLS',
      (end: Socket) => end.write(Buffer.from('15030300020246', 'hex')),
      'CONFIG_INVALID',
      'b:1: this listener speaks TLS, but no tls is configured',
    ],
    [
      'speaks HTTP',
      (end: Socket) => end.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'CONFIG_INVALID',
      'b:1: this is a server for HTTP, not a listener of Kafka',
    ],
    [
      'is no broker',
      (end: Socket) => end.write('220 mail.example.com ESMTP\r\n'),
      'BROKER_UNREACHABLE',
      expect.stringContaining('an answer that nobody asked for'),
    ],
  ] as const)('where the other end %s, all questions fail, also later ones', async (_, act, code, message) => {
    const { socket, end } = await connected(open, 200)
    const questions = [socket.exchange(request), socket.exchange(request)]
    act(end)
    for (const question of [...questions, Promise.allSettled(questions).then(() => socket.exchange(request))]) {
      const error = await question.catch((thrown: unknown) => brokerFailure(thrown, place))
      expect(error).toMatchObject({ code, message })
    }
    expect(socket.isOpen).toBe(false)
  })

  test('where nobody listens, or nobody waits any more, there is no socket', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await new Promise(resolve => server.close(resolve))
    const address = { host: '127.0.0.1', port }
    const openUntil = (signal: AbortSignal) => open(address, { brokers: [] }, signal)
    await expect(openUntil(never)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(openUntil(AbortSignal.abort(new Error('given up')))).rejects.toThrow('given up')
  })

  test('when its signal aborts, a socket ends with the reason', async () => {
    const giving = new AbortController()
    const { socket } = await connected(open, 60_000, giving.signal)
    const question = socket.exchange(request)
    giving.abort(new Error('given up'))
    await expect(question).rejects.toThrow('given up')
    expect(socket.isOpen).toBe(false)
  })
})

test('an answer is put where its room is', async () => {
  const memory = Buffer.alloc(1_000_000)
  const room = { take: (length: number) => memory.subarray(0, length) }
  const { socket, end } = await connected((address, options, signal) => openSocket(address, options, signal, room))
  const exchanged = socket.exchange(request)
  end.write(answer(1, 'x'.repeat(500_000)))
  const { bytes } = await exchanged
  expect(bytes.length).toBe(500_000)
  expect(bytes.buffer).toBe(memory.buffer)
  expect(memory.subarray(0, 500_000).equals(Buffer.alloc(500_000, 'x'))).toBe(true)
})

test('a request reaches the broker as it is, with its number', async () => {
  const { socket, end } = await connected(openThreadSocket)
  const heard = once(end, 'data') as Promise<[Buffer]>
  const exchanged = socket.exchange(request)
  expect((await heard)[0]).toEqual(encode(1))
  end.write(answer(1, 'x'.repeat(500_000)))
  expect(await exchanged).toEqual({ bytes: Buffer.alloc(500_000, 'x'), isChecked: false })
})
