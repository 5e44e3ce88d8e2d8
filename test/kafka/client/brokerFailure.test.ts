import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type TlsOptions } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectToBroker } from '../../../src/kafka/client/connection.ts'
import { type Certificate, makeCertificates } from '../../servers/certificates.ts'
import { removeTemporary, temporaryFolder } from '../../servers/process.ts'

describe('a listener that koff cannot agree on TLS with', () => {
  let folder = ''
  let certificate: Certificate
  beforeAll(async () => {
    folder = await temporaryFolder('tls')
    certificate = (await makeCertificates(folder, ['broker'])).broker
  }, 60_000)
  afterAll(() => removeTemporary(folder))

  /** What connecting fails with; the broker's address in it is `here`. */
  async function failure(server: TlsOptions, trusts = [certificate.cert]) {
    const { cert, key } = certificate
    const listening = createServer({ cert, key, ...server })
    await once(listening.listen(0, '127.0.0.1'), 'listening')
    const { port } = listening.address() as AddressInfo
    const options = { brokers: [`127.0.0.1:${port}`], tls: { ca: trusts.join('\n') }, connectTimeoutMs: 5_000 }
    const signal = new AbortController().signal
    const error: unknown = await connectToBroker({ address: { host: '127.0.0.1', port }, options, signal }).catch(
      (thrown: unknown) => thrown,
    )
    listening.close()
    const { code, message, retriable } = error as { code: string; message: string; retriable: boolean }
    return { code, retriable, message: message.replace(`127.0.0.1:${port}`, 'here') }
  }

  it('because its versions of TLS are too old is reported in plain words, and is not tried again', async () => {
    expect(await failure({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).toEqual({
      code: 'UNSUPPORTED',
      retriable: false,
      message:
        'here: it has no TLS version in common with koff (TLS 1.2 to TLS 1.3); enable one of these versions on the server',
    })
  })

  it('because its certificate is not trusted names what to set', async () => {
    expect(await failure({}, [])).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringMatching(/^here: its TLS certificate is not trusted \([A-Z_]+\); set tls\.ca/),
    })
  })

  it('because it wants a certificate of koff names what to set', async () => {
    const wanting = { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' } as const
    expect(await failure(wanting)).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringMatching(/^here: the broker .*set tls\.cert and tls\.key/),
    })
  })
})
