import { KoffError } from '../../base/errors.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Brackets tell where an IPv6 address ends; one without a port needs none. */
const written = /^(?:\[([^\s/\]]+)\]|([^\s/:[\]]+|[\da-f]*:[\da-f]*:[\da-f:.]*))(?::(\d+))?$/i

/** `host`, `host:port` or `[IPv6]:port`, port 9092 unless given; fails with `CONFIG_INVALID` for anything else. */
export function parseAddress(text: string): Address {
  const [, bracketed, plain, digits = '9092'] = written.exec(text.trim()) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new KoffError('CONFIG_INVALID', `broker ${JSON.stringify(text)} is not host:port`)
  }
  return { host, port }
}

/** Every address once, in order; fails with `CONFIG_INVALID` where there is none. */
export function parseAddresses(texts: readonly string[]): readonly Address[] {
  const addresses = new Map(texts.map(parseAddress).map(address => [formatAddress(address), address]))
  if (addresses.size === 0) throw new KoffError('CONFIG_INVALID', 'no broker is given: name at least one as host:port')
  return [...addresses.values()]
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
