import { isLoopback } from '../base/address.ts'
import { type ReadFile, secretFile } from './values/secret.ts'
import { flag, host, isHost, section, whole } from './values/values.ts'

/** The section `http`: the port of metrics, health and the API, and who may ask there. */
export function httpSchema(readFile: ReadFile) {
  return section({
    port: whole(0, 65_535).describe('The port of /metrics, /healthz, /readyz and /api; 0 takes any free port.'),
    host: host
      .default('127.0.0.1')
      .describe('The address to listen on; only this machine unless set, `0.0.0.0` for all addresses.'),
    tokenFile: secretFile(readFile)
      .optional()
      .describe('The file of a token that clients send, `Authorization: Bearer`, for all but health.'),
    public: flag
      .default(false)
      .describe('Clients on other machines may ask without a token, and this machine may be asked under any name.'),
  }).refine(isGuarded, {
    path: ['host'],
    message:
      'other machines reach this address: set http.tokenFile, or http.public: true where anybody who reaches it may read',
  })
}

function isGuarded(http: { readonly host: string; readonly tokenFile?: unknown; readonly public: boolean }): boolean {
  return !isHost(http.host) || isLoopback(http.host) || http.tokenFile !== undefined || http.public
}
