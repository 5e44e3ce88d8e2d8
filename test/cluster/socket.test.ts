import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { brokerFailure } from '../../src/cluster/failure.ts'
import { type BrokerSocket, openSocket } from '../../src/cluster/socket.ts'

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

interface Peer {
  readonly socket: BrokerSocket
  /** The other end, which answers only what a test makes it answer. */
  readonly end: Socket
}

async function connected(requestTimeoutMs = 60_000, signal = new AbortController().signal): Promise<Peer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const { port } = server.address() as AddressInfo
  const address = { host: '127.0.0.1', port }
  const socket = await openSocket(address, { brokers: [], requestTimeoutMs }, signal)
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

const request = { encode: (id: number) => Buffer.from([id]) }

function answer(id: number, text: string): Buffer {
  const bytes = Buffer.alloc(8 + Buffer.byteLength(text))
  bytes.writeInt32BE(bytes.length - 4, 0)
  bytes.writeInt32BE(id, 4)
  bytes.write(text, 8)
  return bytes
}

test('each question gets the answer with its number', async () => {
  const { socket, end } = await connected()
  const answers = [socket.exchange(request), socket.exchange(request)]
  end.write(Buffer.concat([answer(2, 'second'), answer(1, 'first')]))
  expect((await Promise.all(answers)).map(String)).toEqual(['first', 'second'])
  expect(socket.isOpen).toBe(true)
})

test('an answer is put where its room is', async () => {
  const { socket, end } = await connected()
  const memory = Buffer.alloc(1_000_000)
  const exchanged = socket.exchange({ ...request, room: { take: length => memory.subarray(0, length) } })
  end.write(answer(1, 'x'.repeat(500_000)))
  const bytes = await exchanged
  expect(bytes.length).toBe(500_000)
  expect(bytes.buffer).toBe(memory.buffer)
  expect(memory.subarray(0, 500_000).equals(Buffer.alloc(500_000, 'x'))).toBe(true)
})

const place = { broker: 'b:1', options: { brokers: [] }, request: 'Fetch', trusted: true }

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
    'is no broker',
    (end: Socket) => end.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'BROKER_UNREACHABLE',
    expect.stringContaining('an answer that nobody asked for'),
  ],
] as const)('where the other end %s, all questions fail, also later ones', async (_, act, code, message) => {
  const { socket, end } = await connected(200)
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
  const open = (signal: AbortSignal) => openSocket(address, { brokers: [] }, signal)
  await expect(open(new AbortController().signal)).rejects.toThrow(/ECONNREFUSED/)
  await expect(open(AbortSignal.abort(new Error('given up')))).rejects.toThrow('given up')
})

test('when its signal aborts, a socket ends with the reason', async () => {
  const giving = new AbortController()
  const { socket } = await connected(60_000, giving.signal)
  const question = socket.exchange(request)
  giving.abort(new Error('given up'))
  await expect(question).rejects.toThrow('given up')
  expect(socket.isOpen).toBe(false)
})
