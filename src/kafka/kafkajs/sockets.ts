import { connect, isIP, isIPv6, Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ISocketFactory, KafkaConfig } from 'kafkajs'
import { parseAddresses } from '../../base/address.ts'

/** The sockets of one client of kafkajs. */
export interface ClientSockets extends Disposable {
  /** Brokers as kafkajs reads them, and what opens a socket to one of them. */
  readonly config: Pick<KafkaConfig, 'brokers' | 'socketFactory'>
  /** Closes all sockets at once, and lets no further one open: requests under way fail. */
  [Symbol.dispose](): void
}

/** kafkajs splits an address at its colons, so an IPv6 host has another name up to its socket. */
export function clientSockets(addresses: readonly string[]): ClientSockets {
  const hosts = new Map<string, string>()
  const brokers = parseAddresses(addresses).map(({ host, port }) => {
    const name = isIPv6(host) ? `ipv6-${hosts.size}` : host
    hosts.set(name, host)
    return `${name}:${port}`
  })
  const open = new Set<Socket>()
  let isClosed = false
  const socketFactory: ISocketFactory = place => {
    const socket = isClosed ? new Socket() : socketTo(hosts.get(place.host) ?? place.host, place)
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    if (isClosed) socket.destroy(closed())
    return socket
  }
  return {
    config: { brokers, socketFactory },
    [Symbol.dispose]() {
      isClosed = true
      for (const socket of open) socket.destroy(closed())
    },
  }
}

function closed(): Error {
  return new Error('the client is closed')
}

/** The value that kafkajs itself uses. */
const keepAliveMs = 60_000

function socketTo(host: string, { port, ssl, onConnect }: Parameters<ISocketFactory>[0]): Socket {
  // Its types promise TLS options; without TLS it passes null.
  const tls = ssl as typeof ssl | null | undefined
  const servername = isIP(host) === 0 ? { servername: host } : {}
  const socket =
    tls === null || tls === undefined
      ? connect({ host, port }, onConnect)
      : connectTls({ host, port, ...servername, ...tls }, onConnect)
  return socket.setKeepAlive(true, keepAliveMs)
}
