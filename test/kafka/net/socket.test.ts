import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { brokerFailure } from '../../../src/kafka/client/brokerFailure.ts'
import { type BrokerSocket, type OpenSocket, openSocket } from '../../../src/kafka/net/socket.ts'
import type { ReaderThread } from '../../../src/kafka/thread/readerThread.ts'
import { readyThread } from '../thread/readyThread.ts'
import { exchanged } from './exchanged.ts'

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
  /** The other end, which responds only when a test makes it. */
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

function response(id: number, text: string): Buffer {
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
  test('each request gets the response with its correlation id', async () => {
    const { socket, end } = await connected(open)
    const values = [socket.exchange(exchanged), socket.exchange(exchanged)]
    end.write(Buffer.concat([response(2, 'second'), response(1, 'first')]))
    expect((await Promise.all(values)).map(String)).toEqual(['first', 'second'])
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
      'b:1: this is an HTTP server, not a Kafka listener',
    ],
    [
      'is no broker',
      (end: Socket) => end.write('220 mail.example.com ESMTP\r\n'),
      'BROKER_UNREACHABLE',
      expect.stringContaining('a response to no request'),
    ],
  ] as const)('where the other end %s, all requests fail, also later ones', async (_, act, code, message) => {
    const { socket, end } = await connected(open, 200)
    const requests = [socket.exchange(exchanged), socket.exchange(exchanged)]
    act(end)
    for (const request of [...requests, Promise.allSettled(requests).then(() => socket.exchange(exchanged))]) {
      const error = await request.catch((thrown: unknown) => brokerFailure(thrown, place))
      expect(error).toMatchObject({ code, message })
    }
    expect(socket.isOpen).toBe(false)
  })

  test('without a listener, or after an abort, there is no socket', async () => {
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
    const request = socket.exchange(exchanged)
    giving.abort(new Error('given up'))
    await expect(request).rejects.toThrow('given up')
    expect(socket.isOpen).toBe(false)
  })
})

test('a response is written to the memory that was given for it', async () => {
  const memory = Buffer.alloc(1_000_000)
  const room = { take: (length: number) => memory.subarray(0, length) }
  const { socket, end } = await connected((address, options, signal) => openSocket(address, options, signal, room))
  const exchange = socket.exchange(exchanged)
  end.write(response(1, 'x'.repeat(500_000)))
  const bytes = await exchange
  expect(bytes.length).toBe(500_000)
  expect(bytes.buffer).toBe(memory.buffer)
  expect(memory.subarray(0, 500_000).equals(Buffer.alloc(500_000, 'x'))).toBe(true)
})

test('a request reaches the broker as it is, with its correlation id', async () => {
  const { socket, end } = await connected(openThreadSocket)
  const received = once(end, 'data') as Promise<[Buffer]>
  const exchange = socket.exchange(exchanged)
  expect((await received)[0]).toEqual(exchanged.encode(1))
  end.write(response(1, 'x'.repeat(500_000)))
  expect(await exchange).toEqual(Buffer.alloc(500_000, 'x'))
})
