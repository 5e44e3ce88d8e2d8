import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { type AddressInfo, createServer as createPlainServer } from 'node:net'
import { tmpdir } from 'node:os'
import { type ConnectionOptions, connect, createServer, type TlsOptions } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemReason, tlsFault } from '../../src/base/systemReason.ts'
import { type Certificate, makeCertificates } from '../servers/certificates.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'

const failure = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

it.each([
  ['a file that is not there', () => readFileSync('/nowhere/at/all'), 'no such file or directory'],
  ['a folder that is read as a file', () => readFileSync(tmpdir()), 'is a directory'],
  ['a disk without room', () => writeFileSync('/dev/full', 'x'), 'no space left on device'],
])('%s is reported without the names of system calls', (_, work, reason) => {
  expect(systemReason(failure(work))).toBe(reason)
})

it('an unknown reason stays as it was, on one line', () => {
  expect(systemReason(new Error('the cable\n burns.'))).toBe('the cable burns')
  expect(systemReason('gone')).toBe('gone')
})

it('the reason may stand in a cause, or in one of several errors', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' })
  expect(systemReason(new Error('fetch failed', { cause: refused }))).toBe('connection refused')
  expect(systemReason(new AggregateError([refused, refused]))).toBe('connection refused')
})

describe('a TLS handshake that fails', () => {
  let folder = ''
  let certificate: Certificate
  beforeAll(async () => {
    folder = await temporaryFolder('tls')
    certificate = (await makeCertificates(folder, ['server'])).server
  }, 60_000)
  afterAll(() => removeTemporary(folder))

  const listening = async (options: TlsOptions) => {
    const { cert, key } = certificate
    const server = createServer({ cert, key, ...options })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: async () => void server.close() }
  }

  const handshake = async (server: TlsOptions, client: ConnectionOptions): Promise<unknown> => {
    await using there = await listening(server)
    const { ca = certificate.cert, ...options } = client
    const socket = connect({ host: '127.0.0.1', port: there.port, ca, ...options })
    // A client certificate is refused after the handshake of TLS 1.3.
    const [error] = (await once(socket, 'error')) as [unknown]
    return error
  }

  it.each([
    ['a server of TLS 1.2 and a client of 1.3', { maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }],
    ['a server of TLS 1.3 and a client of 1.2', { minVersion: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' }],
    ['a server of TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, {}],
  ] as const)('%s have no version in common', async (_, server, client) => {
    const error = await handshake(server, client)
    expect(tlsFault(error)).toBe('versions')
    expect(systemReason(error)).toBe('it has no TLS version in common with koff (TLS 1.2 to TLS 1.3)')
  })

  it('without a version in common is recognised by the text alone, which some clients keep', async () => {
    await using there = await listening({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })
    const [error] = (await once(get({ host: '127.0.0.1', port: there.port }), 'error')) as [Error]
    expect(tlsFault(new Error(error.message))).toBe('versions')
  })

  it.each([
    ['a self-signed certificate', {}, { ca: [] }, 'untrusted'],
    ['a certificate for another name', {}, { servername: 'elsewhere.example' }, 'name'],
    ['a server that wants a certificate', { requestCert: true, rejectUnauthorized: true }, {}, 'client-certificate'],
    [
      'no cipher in common',
      { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' },
      { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384', maxVersion: 'TLSv1.2' },
      'refused',
    ],
  ] as const)('%s', async (_, server, client, fault) => {
    expect(tlsFault(await handshake(server, { ...client, ca: 'ca' in client ? [...client.ca] : undefined }))).toBe(
      fault,
    )
  })

  it('with a server that does not speak TLS', async () => {
    const server = createPlainServer(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
    const [error] = (await once(socket, 'error')) as [unknown]
    server.close()
    expect(tlsFault(error)).toBe('plain')
  })

  it('is not what a refused connection is', () => {
    expect(tlsFault(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))).toBeNull()
  })
})
