import { afterAll, beforeAll, expect, test } from 'vitest'
import { type KafkaSinkOptions, kafkaSink } from '../../src/sinks/kafka/sink.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'
import { type SecuredKafka, startSecuredKafka, unsecuredToken } from '../servers/securedKafka.ts'
import { events } from '../sinks/events.ts'
import { toTopic } from '../sinks/toTopic.ts'
import { readTopic } from './cleanTopic.ts'

const running = new AbortController().signal
const password = 'pass"word'
let secured: SecuredKafka
let registry: Registry

beforeAll(async () => {
  const users = [
    { username: 'writer', password },
    { username: 'stranger', password: 'x' },
  ]
  ;[secured, registry] = await Promise.all([startSecuredKafka({ users }), startRegistry()])
  const writes = ['Describe topic events', 'Write topic events', 'Create topic events']
  await Promise.all([secured.allow('writer', writes), secured.allow('robot', writes)])
})
afterAll(async () => {
  await Promise.all([secured[Symbol.asyncDispose](), registry.stop()])
})

const tls = () => ({ ca: secured.certificates.broker.cert })
const viaTls = () => ({ brokers: [secured.tls] })
const viaSasl = () => ({ brokers: [secured.sasl], tls: tls() })
const writer = { mechanism: 'PLAIN', username: 'writer', password } as const
const written = (topic: string) => readTopic({ brokers: secured.kafka.brokers, topic })

test('events go over TLS to a broker whose authority is trusted', async () => {
  expect(await write({ ...viaTls(), ...toTopic('over-tls'), tls: tls() })).toBe('written')
  expect(await written('over-tls')).toHaveLength(5)
})

test('an untrusted certificate is refused without a retry', async () => {
  expect(await write({ ...viaTls(), ...toTopic('events'), tls: {} })).toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    retriable: false,
    message: expect.stringMatching(/its TLS certificate is not trusted \(.*self.signed/),
  })
})

test('events go to a broker that wants a password, with no more rights than to write one topic', async () => {
  expect(await write({ ...viaSasl(), ...toTopic('events'), sasl: writer })).toBe('written')
  // There now, so that its settings are looked at, which this user may not.
  expect(await write({ ...viaSasl(), ...toTopic('events'), sasl: writer })).toBe('written')
  expect(await written('events')).toHaveLength(10)
})

test.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('events go to a broker that wants %s', async mechanism => {
  const before = (await written('events')).length
  expect(await write({ ...viaSasl(), ...toTopic('events'), sasl: { ...writer, mechanism } })).toBe('written')
  expect(await written('events')).toHaveLength(before + 5)
})

test('events go over mutual TLS', async () => {
  await secured.allow('CN=koff', ['Write topic events'])
  const before = (await written('events')).length
  const { cert, key } = secured.certificates.koff
  const mutual = { brokers: [secured.mutualTls], tls: { ...tls(), cert, key } }
  expect(await write({ ...mutual, ...toTopic('events') })).toBe('written')
  expect(await written('events')).toHaveLength(before + 5)
})

test('events go to a broker that wants a token, which is asked for when it is needed', async () => {
  let asked = 0
  const token = async () => {
    asked += 1
    return unsecuredToken('robot')
  }
  const before = (await written('events')).length
  expect(await write({ ...viaSasl(), ...toTopic('events'), sasl: { mechanism: 'OAUTHBEARER', token } })).toBe('written')
  expect(asked).toBeGreaterThan(0)
  expect(await written('events')).toHaveLength(before + 5)
})

test('a wrong password is refused at once, and not shown', async () => {
  const sasl = { ...writer, password: 'wr0ng' }
  const error = await write({ ...viaSasl(), ...toTopic('events'), sasl })
  expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false })
  expect(String(error)).not.toContain('wr0ng')
})

test('without Write on the topic the message names the right', async () => {
  const sasl = { mechanism: 'PLAIN', username: 'stranger', password: 'x' } as const
  expect(await write({ ...viaSasl(), ...toTopic('events'), sasl })).toMatchObject({
    code: 'AUTHORIZATION_FAILED',
    retriable: false,
    message: expect.stringContaining('koff may not Create topic events, or not Describe it; allow it with'),
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
