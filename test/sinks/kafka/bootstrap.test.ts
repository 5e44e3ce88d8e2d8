import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { TLSSocket } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import { bootstrap } from '../../../src/sinks/kafka/bootstrap.ts'

it('names brokers as kafkajs reads them', () => {
  const { brokers } = bootstrap(['PLAINTEXT://a:1, b', '[fd00::2]:9093,::1'])
  expect(brokers).toEqual(['a:1', 'b:9092', 'ipv6-2:9093', 'ipv6-3:9092'])
})

it.each(['127.0.0.1', '::1'])('connects to %s, in the clear where kafkajs has no TLS options', async host => {
  const server = createServer().listen(0, host)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { brokers, socketFactory } = bootstrap([host === '::1' ? `[::1]:${port}` : `${host}:${port}`])
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
