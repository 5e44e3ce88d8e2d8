import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from 'node:tls'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ReaderThread } from '../../src/kafka/thread/readerThread.ts'
import { openKafkaSource } from '../../src/sources/kafka/source.ts'
import { until } from '../clients/until.ts'
import { type Ran, runKoff } from '../commands/runKoff.ts'
import { readyThread } from '../kafka/thread/readyThread.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { type SecuredKafka, startSecuredKafka, unsecuredToken } from '../servers/securedKafka.ts'
import { firstCommit } from './firstCommit.ts'
import { follow, recordsOnDisk } from './follow.ts'

const offsets = '__consumer_offsets'
const readsAll = [`Read topic ${offsets}`, 'Read topic orders']
const reader = { username: 'reader', password: 'pass"word' }
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const
/** After so long the broker wants to know again who it is (KIP-368); the library says so after 80 % of it, and must not be late. */
const authenticatedForMs = 4_000

// Records come over sockets of the other thread, all else over this one's.
let thread: ReaderThread
let secured: SecuredKafka
let folder: string
beforeAll(async () => {
  thread = await readyThread()
  folder = await temporaryFolder('security')
  secured = await startSecuredKafka({
    users: [reader],
    properties: { 'listener.name.sasl.connections.max.reauth.ms': String(authenticatedForMs) },
  })
  await Promise.all([secured.allow('reader', readsAll), secured.allow('CN=koff', readsAll), firstCommit(secured.kafka)])
})
afterAll(async () => {
  await secured[Symbol.asyncDispose]()
  await removeTemporary(folder)
  thread[Symbol.dispose]()
})

const print = (variables: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Ran> =>
  runKoff(['print', '--until-end', ...args], { variables: { KOFF_CONNECT_TIMEOUT_MS: '5000', ...variables } })

const hasRead = { code: 0, stdout: expect.stringContaining('"group":"shipping"'), stderr: '' }

function refused(said: RegExp) {
  return {
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(said),
  }
}

describe('over TLS', () => {
  const tls = () => ({ KOFF_BROKERS: secured.tls, KOFF_TLS_CA: secured.certificates.broker.certFile })

  test('koff reads from a broker with a private authority', async () => {
    expect(await print(tls())).toMatchObject(hasRead)
    expect(await print({ ...tls(), KOFF_TLS_CA: secured.certificates.broker.cert })).toMatchObject(hasRead)
  })

  test('a broker with an untrusted certificate is refused', async () => {
    const untrusted = /its TLS certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\); set tls\.ca/
    expect(await print({ KOFF_BROKERS: secured.tls, KOFF_TLS: 'true' })).toMatchObject(refused(untrusted))
    const other = { ...tls(), KOFF_TLS_CA: secured.certificates.koff.certFile }
    expect(await print(other)).toMatchObject(refused(untrusted))
    const name = { ...tls(), KOFF_TLS_SERVERNAME: 'kafka.example' }
    expect(await print(name)).toMatchObject(refused(/its TLS certificate is for another name/))
  })

  test('koff shows its certificate to a broker that wants one, from a configuration', async () => {
    const file = join(folder, 'mutual.yaml')
    const { broker, koff } = secured.certificates
    const kafka = { brokers: [secured.mutualTls], tls: { ca: broker.certFile, cert: koff.certFile, key: koff.keyFile } }
    await writeFile(file, JSON.stringify({ kafka }))
    expect(await print({}, '-c', file)).toMatchObject(hasRead)
  })

  test('without a certificate, or with one that the broker does not trust, koff is refused', async () => {
    const { broker } = secured.certificates
    const mutual = { ...tls(), KOFF_BROKERS: secured.mutualTls }
    expect(await print(mutual)).toMatchObject(refused(/requires a client certificate; set tls\.cert and tls\.key/))
    const other = { ...mutual, KOFF_TLS_CERT: broker.certFile, KOFF_TLS_KEY: broker.keyFile }
    expect(await print(other)).toMatchObject(refused(/the broker refuses tls\.cert/))
  })

  test('also where TLS 1.2 has no word for it', async () => {
    const { broker } = secured.certificates
    const wantsCertificate = { requestCert: true, maxVersion: 'TLSv1.2', cert: broker.cert, key: broker.key } as const
    const server = createServer(wantsCertificate).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const ran = await print({ ...tls(), KOFF_BROKERS: `127.0.0.1:${port}` })
    expect(ran).toMatchObject(refused(/refuses the TLS handshake .*set tls\.cert and tls\.key\n$/))
    expect(ran.stderr.trim().split('\n')).toHaveLength(1)
    await new Promise(resolve => server.close(resolve))
  })

  test('what does not fit the listener is said', async () => {
    const plain = { KOFF_BROKERS: secured.kafka.bootstrap, KOFF_TLS: 'true' }
    expect(await print(plain)).toMatchObject({ ...refused(/this listener seems to be without TLS/), code: 2 })
    const file = join(folder, 'tls.yaml')
    await writeFile(file, `kafka:\n  brokers: ${secured.kafka.bootstrap}\n  tls: true\n`)
    expect((await print({}, '-c', file)).stderr).toBe(
      `${file}:3: kafka.tls: ${secured.kafka.bootstrap}: no TLS handshake: this listener seems to be without TLS\n`,
    )
    const noTls = { KOFF_BROKERS: secured.tls }
    expect(await print(noTls)).toMatchObject({
      ...refused(/this listener speaks TLS, but no tls is configured/),
      code: 2,
    })
  })
})

describe('SASL over TLS', () => {
  const sasl = (mechanism: string, user: { username: string; password: string }): NodeJS.ProcessEnv => ({
    KOFF_BROKERS: secured.sasl,
    KOFF_TLS_CA: secured.certificates.broker.certFile,
    KOFF_SASL_MECHANISM: mechanism,
    ...(mechanism === 'OAUTHBEARER'
      ? { KOFF_SASL_TOKEN: unsecuredToken(user.username, user.password === reader.password ? 600 : -600) }
      : { KOFF_SASL_USERNAME: user.username, KOFF_SASL_PASSWORD: user.password }),
  })

  test.each(mechanisms)('%s: koff reads, from variables and from a configuration', async mechanism => {
    const variables = sasl(mechanism, reader)
    expect(await print(variables)).toMatchObject(hasRead)
    const secret = join(folder, `secret-${mechanism}`)
    await writeFile(secret, `${variables['KOFF_SASL_PASSWORD'] ?? variables['KOFF_SASL_TOKEN']}\n`)
    const file = join(folder, `${mechanism}.yaml`)
    const who =
      mechanism === 'OAUTHBEARER'
        ? { token: { file: secret } }
        : { username: reader.username, password: { file: secret } }
    const tls = { ca: secured.certificates.broker.certFile }
    await writeFile(file, JSON.stringify({ kafka: { brokers: [secured.sasl], tls, sasl: { mechanism, ...who } } }))
    expect(await print({}, '-c', file)).toMatchObject(hasRead)
  })

  test.each(mechanisms)('%s: who is not who they say is refused at once, and no secret is shown', async mechanism => {
    const variables = sasl(mechanism, { ...reader, password: 'wr0ng' })
    const ran = await print(variables)
    expect(ran).toMatchObject(refused(new RegExp(`\\(SASL ${mechanism}\\)`)))
    const secret = variables['KOFF_SASL_TOKEN'] ?? 'wr0ng'
    expect(ran.stdout + ran.stderr).not.toContain(secret)
  })

  test('reading continues during re-authentication', async () => {
    const { broker } = secured.certificates
    const place = { brokers: [secured.sasl], tls: { ca: broker.cert }, topic: 'orders', maxWaitMs: 100 }
    const token = () => unsecuredToken(reader.username)
    await using followings = new AsyncDisposableStack()
    const all = await Promise.all(
      mechanisms.map(async mechanism => {
        const sasl = mechanism === 'OAUTHBEARER' ? ({ mechanism, token } as const) : ({ mechanism, ...reader } as const)
        return followings.use(await follow({ ...place, sasl }))
      }),
    )
    const brokers = [...secured.kafka.brokers]
    const producer = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).producer()
    await producer.connect()
    const before = performance.now()
    let records = 0
    for (; performance.now() - before < authenticatedForMs; records++) {
      await producer.send({ topic: 'orders', messages: [{ value: 'v' }] })
      await sleep(10)
    }
    await producer.disconnect()
    const written = await recordsOnDisk(secured.kafka.dataFolder, 'orders', 0)
    expect(written).toHaveLength(records)
    for (const live of all) {
      await live.reached({ 0: records })
      expect(live.of(0).records).toEqual(written)
      expect(live.lines).toEqual([])
    }
  })

  test('a token provider that does not answer is not waited for longer than a broker', async () => {
    const place = { brokers: [secured.sasl], tls: { ca: secured.certificates.broker.cert }, topic: 'orders' }
    const never = () => new Promise<string>(() => undefined)
    const opened = openKafkaSource({
      ...place,
      connectTimeoutMs: 500,
      sasl: { mechanism: 'OAUTHBEARER', token: never },
    })
    await expect(opened).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: expect.stringContaining('connection timed out'),
    })
    let asked = 0
    const once = () => (asked++ < 2 ? unsecuredToken(reader.username) : never())
    const sasl = { mechanism: 'OAUTHBEARER', token: once } as const
    await using live = await follow({ ...place, maxWaitMs: 100, connectTimeoutMs: 1000, sasl })
    const lines = await until({ what: 'a trouble', ask: async () => live.lines, good: told => told.length > 0 })
    expect(lines.join()).toMatch(/no answer to Fetch|connection timed out/)
  })

  test('a mechanism that the listener has not, or a listener without SASL, is said', async () => {
    const wrong = { ...sasl('PLAIN', reader), KOFF_BROKERS: secured.tls }
    expect(await print(wrong)).toMatchObject({ code: 2, stderr: expect.stringContaining('this listener has no SASL') })
    const { KOFF_SASL_MECHANISM: _, KOFF_SASL_USERNAME: __, KOFF_SASL_PASSWORD: ___, ...nobody } = sasl('PLAIN', reader)
    // Told apart from a broker that is only starting by the time that it is given
    expect(await print({ ...nobody, KOFF_CONNECT_TIMEOUT_MS: '1000' })).toMatchObject(
      refused(/does this listener require SASL\?/),
    )
  })
})
