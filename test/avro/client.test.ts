import { once } from 'node:events'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { registryClient } from '../../src/avro/client.ts'
import { registryAddress } from '../../src/avro/options.ts'
import type { KoffError } from '../../src/base/errors.ts'
import { type Log, noLog } from '../../src/base/log.ts'
import { makeCertificates } from '../servers/certificates.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { listen, type Respond } from './listen.ts'

/* What a registry, or whoever stands in its place, may answer. With a real one: test/live. */

const { signal } = new AbortController()
const schema = { type: 'record', name: 'A', fields: [] }

const clientOf = (url: string, log: Log = noLog, timeoutMs = 5_000) =>
  registryClient(registryAddress({ url, timeoutMs }), log)
const register = (url: string) => clientOf(url).register('events-value', schema, signal)
const schemaOf = (url: string) => clientOf(url).typeOf(7, signal)

async function failure(work: Promise<unknown>): Promise<KoffError> {
  return work.then(
    value => Promise.reject(new Error(`it did not fail: ${JSON.stringify(value)}`)),
    (error: unknown) => error as KoffError,
  )
}

/** A registry that has no compatibility for the subject, and answers a registration like this. */
const registering = (answer: (respond: Respond) => void) =>
  listen(({ method }, respond) => {
    if (method === 'GET') return respond(404, { error_code: 40408, message: 'none' })
    return method === 'PUT' ? respond(200, { compatibility: 'FULL_TRANSITIVE' }) : answer(respond)
  })

test('a schema is registered, and a subject without a compatibility gets FULL_TRANSITIVE', async () => {
  const requests: string[] = []
  const agents = new Set<string | undefined>()
  await using registry = await listen((request, respond) => {
    agents.add(request.headers['user-agent'])
    let body = ''
    request.on('data', chunk => (body += chunk))
    request.on('end', () => {
      requests.push(`${request.method} ${request.url} ${body}`)
      if (request.method === 'GET') return respond(404, { error_code: 40408, message: 'none' })
      respond(200, request.method === 'PUT' ? { compatibility: 'FULL_TRANSITIVE' } : { id: 7, version: 1 })
    })
  })
  expect(await clientOf(registry.url).register('a/b-value', schema, signal)).toBe(7)
  expect(requests).toEqual([
    'GET /config/a%2Fb-value ',
    `POST /subjects/a%2Fb-value/versions ${JSON.stringify({ schema: JSON.stringify(schema) })}`,
    'PUT /config/a%2Fb-value {"compatibility":"FULL_TRANSITIVE"}',
  ])
  expect([...agents]).toEqual(['@kafkajs/confluent-schema-registry (koff)'])
})

test.each([403, 405, 422])('without the right to register (%i), a schema that exists is looked up', async status => {
  await using registry = await listen(({ method, url = '' }, respond) => {
    if (method === 'GET') return respond(200, { compatibilityLevel: 'FULL_TRANSITIVE' })
    if (url.endsWith('/versions')) return respond(status, { error_code: status, message: 'read only' })
    respond(200, { subject: 'events-value', id: 9, version: 1 })
  })
  expect(await register(registry.url)).toBe(9)
})

test('a compatibility that is set is not changed; that it is a weaker one is logged once', async () => {
  const lines: string[] = []
  await using registry = await listen(({ method }, respond) => {
    if (method === 'PUT') return respond(500, { message: 'must not be asked' })
    respond(200, method === 'GET' ? { compatibilityLevel: 'NONE' } : { id: 7 })
  })
  const client = clientOf(registry.url, { ...noLog, warn: message => lines.push(message) })
  expect(await client.register('events-value', schema, signal)).toBe(7)
  expect(await client.register('others-value', schema, signal)).toBe(7)
  expect(lines).toEqual([
    `schema registry ${registry.url} has the compatibility NONE for subject events-value; set it to FULL_TRANSITIVE there: else a schema may come that readers cannot read`,
  ])
})

test.each([
  ['no id', {}],
  ['null', null],
  ['a list', [7]],
  ['an id that is a text', { id: '7' }],
  ['a fraction', { id: 7.5 }],
  ['a negative id', { id: -1 }],
  ['an id above an int32', { id: 2 ** 31 }],
  ['an id above a uint32', { id: 2 ** 32 + 7 }],
  ['an id beyond every integer', '{"id":1e400}'],
  ['an HTML page', '<!DOCTYPE html><html><head><title>Sign in</title></head></html>'],
  ['nothing', ''],
  ['half an answer', '{"id":7'],
])('a registration that is answered with %s gives no id', async (_, body) => {
  await using registry = await registering(respond => respond(200, body))
  const error = await failure(register(registry.url))
  expect(error).toMatchObject({ name: 'KoffError', code: 'REGISTRY_UNREACHABLE', retriable: false })
  expect(error.message).toMatch(
    /^schema registry http:\/\/127.0.0.1:\d+ answers POST \/subjects\/events-value\/versions with 200 and /,
  )
  expect(error.message).toMatch(
    /which is not a response of Confluent's API; check registry\.url and any proxy before it$/,
  )
})

test('an HTML page is named with its title', async () => {
  await using registry = await registering(respond => respond(200, '<html><title>Sign in</title><p>…'))
  expect((await failure(register(registry.url))).message).toContain('200 and an HTML page “Sign in”')
})

test.each([
  [401, 'AUTHENTICATION_FAILED', false, 'wants credentials (401: go away); see registry.username'],
  [403, 'AUTHORIZATION_FAILED', false, 'koff may not write subject events-value (403: go away); allow it there'],
  [404, 'REGISTRY_UNREACHABLE', false, "has no API of Confluent's kind (404: go away); check the path of registry.url"],
  [409, 'TOPIC_UNFIT', false, 'does not accept the schema for subject events-value (409: go away)'],
  [422, 'TOPIC_UNFIT', false, 'does not accept the schema for subject events-value (422: go away)'],
  [400, 'REGISTRY_UNREACHABLE', false, 'answers POST /subjects/events-value/versions with 400: go away'],
  [429, 'REGISTRY_UNREACHABLE', true, 'wants fewer requests (429: go away)'],
  [500, 'REGISTRY_UNREACHABLE', true, 'cannot answer now (500: go away)'],
  [503, 'REGISTRY_UNREACHABLE', true, 'cannot answer now (503: go away)'],
])('a registration that is answered with %i is %s', async (status, code, retriable, text) => {
  await using registry = await registering(respond => respond(status, { error_code: status, message: 'go away' }))
  const error = await failure(register(registry.url))
  expect(error).toMatchObject({ code, retriable })
  expect(error.message).toContain(`schema registry ${registry.url}`)
  expect(error.message).toContain(text)
})

test.each([301, 302, 307, 308])('a redirect (%i) is not followed, and its target is named', async status => {
  let isFollowed = false
  await using elsewhere = await listen((_, respond) => {
    isFollowed = true
    respond(200, { id: 1 })
  })
  const location = `${elsewhere.url}/login?token=s3cret`
  await using registry = await registering(respond => respond(status, '', { location }))
  const error = await failure(register(registry.url))
  expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', retriable: false })
  expect(error.message).toBe(
    `schema registry ${registry.url} answers with a redirect (${status}) to ${elsewhere.url}/login; set registry.url to the address of the registry itself`,
  )
  expect(isFollowed).toBe(false)
})

test('Retry-After is part of the failure, as seconds or as a date', async () => {
  const afterMs = async (header: string) => {
    await using registry = await registering(respond => respond(429, { message: 'slow' }, { 'retry-after': header }))
    return await failure(register(registry.url))
  }
  const seconds = await afterMs('30')
  expect(seconds).toMatchObject({ retriable: true, retryAfterMs: 30_000 })
  expect(seconds.message).toContain('wants fewer requests (429: slow); retry in 30 s')
  const date = await afterMs(new Date(Date.now() + 60_000).toUTCString())
  expect(date.retryAfterMs).toBeGreaterThan(50_000)
  expect(date.retryAfterMs).toBeLessThanOrEqual(60_000)
  expect(await afterMs('soon')).toMatchObject({ retriable: true, retryAfterMs: 0 })
})

test.each([
  [401, { message: 'not yours' }],
  [403, { message: 'not yours' }],
  [404, '<html>no such page</html>'],
  [405, ''],
  [422, { message: 'unknown level' }],
  [200, '<html>signed out</html>'],
])('a compatibility that cannot be set (%i) is logged once, with the answer and what to do', async (status, body) => {
  const lines: string[] = []
  await using registry = await listen(({ method }, respond) => {
    if (method === 'GET') return respond(404, {})
    return method === 'PUT' ? respond(status, body) : respond(200, { id: 7 })
  })
  const client = clientOf(registry.url, { ...noLog, warn: message => lines.push(message) })
  expect(await client.register('events-value', schema, signal)).toBe(7)
  expect(await client.register('others-value', schema, signal)).toBe(7)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(
    new RegExp(`does not set the compatibility of subject events-value \\(${status}.*; set it to FULL_TRANSITIVE`),
  )
})

test.each([401, 403, 405])(
  'a compatibility that koff may not see (%i) is left alone, and that is logged',
  async status => {
    const lines: string[] = []
    await using registry = await listen(({ method }, respond) => {
      if (method === 'PUT') return respond(500, { message: 'must not be asked' })
      return method === 'GET' ? respond(status, { message: 'not yours' }) : respond(200, { id: 7 })
    })
    const client = clientOf(registry.url, { ...noLog, warn: message => lines.push(message) })
    expect(await client.register('events-value', schema, signal)).toBe(7)
    expect(lines).toEqual([
      `schema registry ${registry.url} does not show the compatibility of subject events-value (${status}: not yours); set it to FULL_TRANSITIVE there, or allow koff to: else a schema may come that readers cannot read`,
    ])
  },
)

test('two instances may set the compatibility at the same time', async () => {
  await using registry = await listen(({ method }, respond) => {
    if (method === 'GET') return respond(404, {})
    return method === 'PUT' ? respond(409, { message: 'A rule already exists.' }) : respond(200, { id: 7 })
  })
  expect(await register(registry.url)).toBe(7)
})

test.each([
  ['{}', {}],
  ['null', null],
  ['an HTML page', '<html></html>'],
  ['a schema that is not a text', { schema: { type: 'string' } }],
  ['a schema that is not JSON', { schema: '<avro/>' }],
  ['a schema of another kind', { schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' }],
])('a schema that is answered with %s is refused', async (_, body) => {
  await using registry = await listen((_request, respond) => respond(200, body))
  expect(await failure(schemaOf(registry.url))).toMatchObject({
    name: 'KoffError',
    code: 'REGISTRY_UNREACHABLE',
    retriable: false,
  })
})

test('a schema that the registry does not have is named', async () => {
  await using registry = await listen((_, respond) => respond(404, { error_code: 40403, message: 'Schema not found' }))
  expect((await failure(schemaOf(registry.url))).message).toBe(
    `schema registry ${registry.url} has no schema 7 (404: Schema not found); does registry.url belong to this topic?`,
  )
})

test('a registry that echoes the request shows no credentials in any message', async () => {
  await using registry = await listen((request, respond) => {
    const { authorization = '' } = request.headers
    const [, base64 = ''] = authorization.split(' ')
    const password = Buffer.from(base64, 'base64').toString().split(':')[1]
    respond(request.method === 'GET' ? 404 : 400, {
      message: `bad header Authorization: ${authorization}; password ${password}, ${base64.slice(0, 12)}…`,
    })
  })
  const error = await failure(register(registry.url.replace('http://', 'http://user:s3cret-word@')))
  expect(error.message).toContain('bad header Authorization: Basic [hidden]')
  expect(error.message).not.toMatch(/s3cret|t-word|dXNlcjpz/)
})

test('a registry that is not there is unreachable, with its address', async () => {
  const registry = await listen(() => undefined)
  await registry[Symbol.asyncDispose]()
  expect(await failure(register(registry.url))).toMatchObject({
    code: 'REGISTRY_UNREACHABLE',
    retriable: true,
    message: `schema registry ${registry.url} cannot be reached: connection refused`,
  })
})

test.each([
  ['never answers', () => undefined],
  ['never ends its answer', (_: unknown, respond: Respond) => respond(200, '{', { 'content-length': 100 })],
])('a registry that %s is given up', async (_, answer) => {
  await using registry = await listen(answer)
  expect(await failure(clientOf(registry.url, noLog, 200).typeOf(7, signal))).toMatchObject({
    retriable: true,
    message: `schema registry ${registry.url} cannot be reached: no answer within 0.2 s`,
  })
})

test('an answer without an end is not collected', async () => {
  await using registry = await listen((_, respond) => respond(200, `{"schema":"${'x'.repeat(8 * 1024 * 1024)}"}`))
  expect(await failure(schemaOf(registry.url))).toMatchObject({ code: 'REGISTRY_UNREACHABLE', retriable: false })
})

test('an abort ends a request, with the reason of the signal', async () => {
  await using registry = await listen(() => undefined)
  const abort = new AbortController()
  const asking = clientOf(registry.url).typeOf(7, abort.signal)
  setTimeout(() => abort.abort(new Error('enough')), 20)
  await expect(asking).rejects.toThrow('enough')
})

test('TLS that does not fit is reported in plain words, and not tried again', async () => {
  await using plain = await listen(() => undefined)
  expect(await failure(register(plain.url.replace('http:', 'https:')))).toMatchObject({
    code: 'REGISTRY_UNREACHABLE',
    retriable: false,
    message: expect.stringContaining('does not use TLS: begin its url with http://'),
  })
  const folder = await temporaryFolder('registry-tls')
  const { registry: certificate } = await makeCertificates(folder, ['registry'])
  const secure = async (options: ServerOptions) => {
    const server = createSecureServer({ cert: certificate.cert, key: certificate.key, ...options })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const error = await failure(register(`https://127.0.0.1:${(server.address() as AddressInfo).port}`))
    server.close()
    return error
  }
  expect(await secure({})).toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    retriable: false,
    message: expect.stringContaining(
      'its TLS certificate is not trusted (self-signed certificate); set NODE_EXTRA_CA_CERTS',
    ),
  })
  expect(await secure({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).toMatchObject({
    code: 'UNSUPPORTED',
    retriable: false,
    message: expect.stringMatching(/: it has no TLS version in common with koff \(TLS 1\.2 to TLS 1\.3\); enable one/),
  })
  await removeTemporary(folder)
})
