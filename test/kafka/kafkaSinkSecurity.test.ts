import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type KafkaSinkOptions, kafkaSink } from '../../src/sinks/kafka/sink.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { freePort } from '../servers/ports.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'
import { events } from '../sinks/events.ts'
import { readTopic } from './cleanTopic.ts'

/*
 * One broker with a listener for TLS, one for SASL, and an authorizer. The plain listener's nobody may do everything;
 * the users of the others may do what a test allows them.
 */

const running = new AbortController().signal
const password = 'pass"word'
let folder: string
let ca: string
let ports: { readonly tls: number; readonly sasl: number }
let kafka: Kafka
let registry: Registry

beforeAll(async () => {
  folder = await temporaryFolder('tls')
  ca = await makeCertificate(folder)
  ports = { tls: await freePort(), sasl: await freePort() }
  ;[kafka, registry] = await Promise.all([
    startKafka({
      listeners: [
        { name: 'TLS', protocol: 'SSL', port: ports.tls },
        { name: 'SASL', protocol: 'SASL_PLAINTEXT', port: ports.sasl },
      ],
      properties: {
        'listener.name.tls.ssl.keystore.location': join(folder, 'broker.p12'),
        'listener.name.tls.ssl.keystore.password': 'changeit',
        'sasl.enabled.mechanisms': 'PLAIN,OAUTHBEARER',
        'listener.name.sasl.plain.sasl.jaas.config':
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_writer="pass\\"word" user_stranger="x";',
        'listener.name.sasl.oauthbearer.sasl.jaas.config':
          'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";',
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS;User:CN=broker',
      },
    }),
    startRegistry(),
  ])
  await allow('events', 'writer', ['DESCRIBE', 'WRITE', 'CREATE'])
  await allow('events', 'robot', ['DESCRIBE', 'WRITE', 'CREATE'])
})
afterAll(async () => {
  await Promise.all([kafka.stop(), registry.stop()])
  await removeTemporary(folder)
})

const viaTls = () => ({ brokers: [`127.0.0.1:${ports.tls}`] })
const viaSasl = () => ({ brokers: [`127.0.0.1:${ports.sasl}`] })
const writer = { mechanism: 'PLAIN', username: 'writer', password } as const

test('events go over TLS to a broker whose authority is trusted', async () => {
  await allow('over-tls', 'ANONYMOUS', ['ALL'])
  expect(await write({ ...viaTls(), topic: 'over-tls', tls: { ca } })).toBe('written')
  expect(await readTopic({ brokers: kafka.brokers, topic: 'over-tls' })).toHaveLength(5)
})

test('a certificate that nobody trusts is refused, and not tried again', async () => {
  expect(await write({ ...viaTls(), topic: 'events', tls: {} })).toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    retriable: false,
    message: expect.stringMatching(/its TLS certificate is not trusted \(.*self.signed/),
  })
})

test('events go to a broker that wants a password, with no more rights than to write one topic', async () => {
  expect(await write({ ...viaSasl(), topic: 'events', sasl: writer })).toBe('written')
  // There now, so that its settings are looked at, which this user may not.
  expect(await write({ ...viaSasl(), topic: 'events', sasl: writer })).toBe('written')
  expect(await readTopic({ brokers: kafka.brokers, topic: 'events' })).toHaveLength(10)
})

test('events go to a broker that wants a token, which is asked for when it is needed', async () => {
  let asked = 0
  const token = async () => {
    asked += 1
    return unsecuredToken('robot')
  }
  const before = (await readTopic({ brokers: kafka.brokers, topic: 'events' })).length
  expect(await write({ ...viaSasl(), topic: 'events', sasl: { mechanism: 'OAUTHBEARER', token } })).toBe('written')
  expect(asked).toBeGreaterThan(0)
  expect(await readTopic({ brokers: kafka.brokers, topic: 'events' })).toHaveLength(before + 5)
})

test('a wrong password is refused at once, and not shown', async () => {
  const sasl = { ...writer, password: 'wr0ng' }
  const error = await write({ ...viaSasl(), topic: 'events', sasl })
  expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false })
  expect(String(error)).not.toContain('wr0ng')
})

test('who may not write the topic is told what to allow', async () => {
  const sasl = { mechanism: 'PLAIN', username: 'stranger', password: 'x' } as const
  expect(await write({ ...viaSasl(), topic: 'events', sasl })).toMatchObject({
    code: 'AUTHORIZATION_FAILED',
    retriable: false,
    message: expect.stringContaining('not allowed to write topic events; allow Describe and Write on it'),
  })
})

/** What went wrong; `written` where nothing did. */
async function write(options: KafkaSinkOptions): Promise<unknown> {
  try {
    await using sink = kafkaSink({ ...options, registry: { url: registry.url }, openTimeoutMs: 5_000 })
    await sink.open(running)
    await sink.write(events(5), running)
    return 'written'
  } catch (error) {
    return error
  }
}

async function allow(topic: string, user: string, operations: readonly (keyof typeof kafkajs.AclOperationTypes)[]) {
  const kafkaOfTests = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING })
  const admin = kafkaOfTests.admin()
  await admin.connect()
  try {
    await admin.createAcls({
      acl: operations.map(operation => ({
        resourceType: kafkajs.AclResourceTypes.TOPIC,
        resourceName: topic,
        resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
        principal: `User:${user}`,
        host: '*',
        operation: kafkajs.AclOperationTypes[operation],
        permissionType: kafkajs.AclPermissionTypes.ALLOW,
      })),
    })
  } finally {
    await admin.disconnect()
  }
}

/** What Kafka's development validator takes (RFC 7515, algorithm none). */
function unsecuredToken(sub: string): string {
  const now = Math.floor(Date.now() / 1_000)
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  return `${encode({ alg: 'none' })}.${encode({ sub, iat: now, exp: now + 600 })}.`
}

/** The broker's key store, and its certificate as PEM. */
async function makeCertificate(into: string): Promise<string> {
  const run = promisify(execFile)
  const store = [
    '-keystore',
    join(into, 'broker.p12'),
    '-storetype',
    'PKCS12',
    '-storepass',
    'changeit',
    '-alias',
    'broker',
  ]
  await run('keytool', ['-genkeypair', ...store, '-keyalg', 'EC', '-dname', 'CN=broker', '-ext', 'san=ip:127.0.0.1'])
  await run('keytool', ['-exportcert', '-rfc', ...store, '-file', join(into, 'ca.pem')])
  return readFile(join(into, 'ca.pem'), 'utf8')
}
