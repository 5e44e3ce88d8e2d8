import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../clients/until.ts'
import { startKoff } from '../e2e/koff.ts'
import { runKoff } from './runKoff.ts'

const secret = 'hunter2'
let home: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'koff-secrets-'))
  writeFileSync(join(home, 'password'), `${secret}\n`)
  writeFileSync(join(home, 'client.key'), `-----BEGIN PRIVATE KEY-----\n${secret}\n`)
  writeFileSync(join(home, 'client.pem'), '-----BEGIN CERTIFICATE-----\nnone\n')
})
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

function configuration(sections: readonly string[]): string {
  const file = join(home, 'koff.yaml')
  writeFileSync(file, `logLevel: debug\nstate: { dir: . }\n${sections.join('\n')}\n`)
  return file
}

const sasl = (mechanism: string) => `sasl: { mechanism: ${mechanism}, username: koff, password: { file: password } }`
const kafka = (parts: readonly string[]) =>
  `kafka: { brokers: '127.0.0.1:1', connectTimeoutMs: 300, ${parts.join(', ')} }`
const redis = 'sinks: [{ type: bullmq, queue: q, redis: { url: "redis://koff:hunter2@127.0.0.1:1" } }]'
const registry =
  'sinks: [{ type: kafka, topic: t, registry: { url: "http://koff:hunter2@127.0.0.1:1", timeoutMs: 300 } }]'

/** All that koff says, at the lowest level there is. */
async function said(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, stdout, stderr } = await runKoff(args, { variables })
  return `${code} ${stdout}${stderr}`
}

describe('no secret is shown', () => {
  it.each([
    ['a password', [kafka([sasl('SCRAM-SHA-512')])]],
    ['a private key that is none', [kafka(['tls: { cert: client.pem, key: client.key, passphrase: hunter2 }'])]],
    ['a password in the address of Redis', [kafka([]), redis]],
    ['a password in the address of the registry', [kafka([]), registry]],
  ])('where koff checks, reads and runs with %s, without an answer', async (_, sections) => {
    const file = configuration(sections)
    const texts = [
      await said(['config', 'check', file]),
      await said(['events', '-c', file]),
      await said(['run', '-c', file]),
    ]
    expect(texts[0]).toMatch(/^0 /)
    expect(texts[2]).toMatch(/^[12] .*"level":"error"/s)
    for (const text of texts) expect(text).not.toContain(secret)
  })

  it('where a server answers that is not a broker', async () => {
    const server = createServer(socket => socket.on('error', () => undefined).end('220 mail.example.com ESMTP\r\n'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const variables = { KOFF_SASL_MECHANISM: 'PLAIN', KOFF_SASL_USERNAME: 'koff', KOFF_SASL_PASSWORD: secret }
    const text = await said(['events', '--brokers', `127.0.0.1:${port}`, '--connect-timeout', '300'], variables)
    server.close()
    expect(text).toMatch(/^1 koff: /)
    expect(text).not.toContain(secret)
  })

  it('where it is in a wrong place', async () => {
    const variables = { KOFF_SASL_MECHANISM: 'PLAIN', KOFF_SASL_USERNAME: secret, PASSWORD: secret }
    const text = await said(['run', '-c', configuration(['name: ${PASSWORD}!', 'snapshot: ${PASSWORD}'])], variables)
    expect(text).toMatch(/^2 /)
    expect(text).toContain('snapshot: unknown "${PASSWORD}"')
    expect(text).not.toContain(secret)
  })

  it('on its port, while a broker keeps it waiting', async () => {
    const server = createServer(socket => socket.on('error', () => undefined))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const file = configuration([
      `kafka: { brokers: '127.0.0.1:${port}', connectTimeoutMs: 60000, ${sasl('PLAIN')} }`,
      redis,
      'http: { host: 127.0.0.1, port: 0 }',
    ])
    await using run = startKoff(['run', '-c', file])
    const log = await until({ what: 'a port', ask: async () => run.stderr(), good: text => text.includes('/metrics') })
    const url = /"url":"([^"]+)"/.exec(log)?.[1] ?? ''
    const texts = await Promise.all(
      ['metrics', 'readyz', 'healthz', secret].map(async path => (await fetch(`${url}/${path}`)).text()),
    )
    run.kill('SIGTERM')
    expect(await run.ended).toEqual([0, null])
    server.close()
    expect(texts[0]).toContain('koff_records_total 0')
    expect(texts[1]).toContain('"ready":false')
    expect(texts.join('') + run.stderr() + run.lines().join('')).not.toContain(secret)
  })
})
