import { type LookupOptions, lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { KoffError } from '../../base/errors.ts'

const linkLocal = new BlockList()
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4')
linkLocal.addSubnet('fe80::', 10, 'ipv6')

/** @throws KoffError UNSUPPORTED where the host of a URL is a link-local address. */
export function refuseLinkLocal(hostname: string): void {
  // Without the brackets of an IPv6 address.
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isLinkLocal(host)) throw refused(host)
}

/** Resolves a name as Node does, and fails where one of its addresses is link-local. */
export const lookupBeyondLink: LookupFunction = (hostname, options: LookupOptions, callback) => {
  resolve(hostname, options, (error, found, family) => {
    const addresses = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address)
    const forbidden = addresses.find(isLinkLocal)
    if (forbidden === undefined) callback(error, found, family)
    else callback(refused(`${hostname} (${forbidden})`), '')
  })
}

function isLinkLocal(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && linkLocal.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

function refused(what: string): KoffError {
  const text = `${what} is a link-local address, where clouds keep credentials of the machine`
  return new KoffError('UNSUPPORTED', `${text}; set allowLinkLocal: true if the receiver is really there`)
}
