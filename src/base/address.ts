import { isIPv6 } from 'node:net'
import { KoffError } from './errors.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

const kafkaPort = 9092

/**
 * The addresses in a list that is separated by commas, spaces or line breaks; empty entries and quotes are ignored.
 * Each is `host`, `host:port`, an IPv6 address or `[IPv6]:port`, with or without a listener name (`PLAINTEXT://`). An
 * entry that is not an address gives null.
 */
export function addressesIn(list: string, defaultPort = kafkaPort): (Address | null)[] {
  const texts = list.split(/[\s,]+/).map(text => text.replaceAll(/^["']+|["']+$/g, ''))
  return texts.filter(text => text !== '').map(text => addressOf(text, defaultPort))
}

/**
 * Every address of the lists once, in order. Fails with `CONFIG_INVALID` where an entry is not an address, or the lists
 * are empty.
 */
export function parseAddresses(lists: readonly string[]): readonly Address[] {
  const addresses = new Map<string, Address>()
  for (const list of lists) {
    for (const address of addressesIn(list)) {
      if (address === null) throw new KoffError('CONFIG_INVALID', `broker ${JSON.stringify(list)} is not host:port`)
      addresses.set(formatAddress(address), address)
    }
  }
  if (addresses.size === 0) throw new KoffError('CONFIG_INVALID', 'no broker is set: set at least one as host:port')
  return [...addresses.values()]
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * What precedes an address in the output of brokers and in configurations: the name of a listener, in capitals, or a
 * protocol. koff ignores it: TLS and SASL have settings of their own.
 */
const listener = /^(?:[A-Z][A-Z\d_.-]*|plaintext|ssl|sasl_plaintext|sasl_ssl|kafka|kafka\+ssl):\/\/(.*?)\/?$/
const webServer = /^https?:/i
const hostAndPort = /^(?:\[([^\]]+)\]|([\p{L}\p{N}._-]+))(?::(\d{1,5}))?$/u

function addressOf(text: string, defaultPort: number): Address | null {
  if (webServer.test(text)) return null
  const place = listener.exec(text)?.[1] ?? text
  if (isIPv6(place)) return { host: place, port: defaultPort }
  const [, bracketed, plain, digits] = hostAndPort.exec(place) ?? []
  const host = bracketed ?? plain
  const port = digits === undefined ? defaultPort : Number(digits)
  if (host === undefined || port < 1 || port > 65_535) return null
  return bracketed === undefined || isIPv6(bracketed) ? { host, port } : null
}

/** An address or a name that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|::1)$/i.test(host)
}
