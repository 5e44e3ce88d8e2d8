import { connect, isIP, isIPv6 } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ISocketFactory, KafkaConfig } from 'kafkajs'
import { parseAddresses } from '../../base/address.ts'

/** Brokers for kafkajs, which splits an address at its colons: an IPv6 host goes by another name up to its socket. */
export function bootstrap(brokers: readonly string[]): Pick<KafkaConfig, 'brokers' | 'socketFactory'> {
  const hosts = new Map<string, string>()
  const names = parseAddresses(brokers).map(({ host, port }) => {
    const name = isIPv6(host) ? `ipv6-${hosts.size}` : host
    hosts.set(name, host)
    return `${name}:${port}`
  })
  return { brokers: names, socketFactory: socketsTo(hosts) }
}

/** As kafkajs' own. */
const keepAliveMs = 60_000

function socketsTo(hosts: ReadonlyMap<string, string>): ISocketFactory {
  return ({ host: name, port, ssl, onConnect }) => {
    const host = hosts.get(name) ?? name
    // Its types promise TLS options; without TLS it passes null.
    const tls = ssl as typeof ssl | null | undefined
    const servername = isIP(host) === 0 ? { servername: host } : {}
    const socket =
      tls === null || tls === undefined
        ? connect({ host, port }, onConnect)
        : connectTls({ host, port, ...servername, ...tls }, onConnect)
    return socket.setKeepAlive(true, keepAliveMs)
  }
}
