import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { TLSSocket } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import { clientSockets } from '../../../src/kafka/kafkajs/sockets.ts'

it('names brokers as kafkajs reads them', () => {
  const { brokers } = clientSockets(['PLAINTEXT://a:1, b', '[fd00::2]:9093,::1']).config
  expect(brokers).toEqual(['a:1', 'b:9092', 'ipv6-2:9093', 'ipv6-3:9092'])
})

it.each(['127.0.0.1', '::1'])('connects to %s, in the clear where kafkajs has no TLS options', async host => {
  const server = createServer().listen(0, host)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { brokers, socketFactory } = clientSockets([host === '::1' ? `[::1]:${port}` : `${host}:${port}`]).config
  const [name = '', digits] = String(brokers).split(':')
  const { promise: connected, resolve: onConnect } = Promise.withResolvers<void>()
  const plain = { host: name, port: Number(digits), onConnect, ssl: null } as unknown as Parameters<
    NonNullable<typeof socketFactory>
  >[0]
  const socket = socketFactory?.(plain)
  await expect(Promise.all([once(server, 'connection'), connected])).resolves.toBeDefined()
  expect(socket).not.toBeInstanceOf(TLSSocket)
  socket?.destroy()
})

it('closes its sockets, and opens no further one, once it is disposed of', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sockets = clientSockets([`127.0.0.1:${port}`])
  const open = () => {
    const place = { host: '127.0.0.1', port, onConnect: () => undefined, ssl: null } as unknown as Parameters<
      NonNullable<typeof sockets.config.socketFactory>
    >[0]
    const socket = sockets.config.socketFactory?.(place)
    if (socket === undefined) throw new Error('no socket')
    return once(socket, 'error')
  }
  const before = open()
  await once(server, 'connection')
  sockets[Symbol.dispose]()
  await expect(before).resolves.toMatchObject([{ message: 'the client is closed' }])
  await expect(open()).resolves.toMatchObject([{ message: 'the client is closed' }])
})
