import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { openEventEncoder } from '../../src/avro/eventEncoder.ts'
import type { KoffError } from '../../src/base/errors.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { newEvent } from '../../src/events/newEvent.ts'
import { makeCertificates } from '../servers/certificates.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'

/*
 * What a registry can do besides answering well, which no real one does when asked to. That it works with a real one is
 * shown in test/kafka.
 */

const { signal } = new AbortController()
/** Time for some tries, ms, where every one fails; on a busy machine for one. */
const tries = 1_500

test.each([
  [401, 'AUTHENTICATION_FAILED', false, 'refuses the credentials: go away'],
  [403, 'AUTHORIZATION_FAILED', false, 'not allowed to write subject events-value: go away'],
  [404, 'REGISTRY_UNREACHABLE', false, 'is no Confluent-compatible schema registry (404): check the path of its url'],
  [409, 'TOPIC_UNFIT', false, 'does not take the schema of the events as events-value: go away'],
  [422, 'TOPIC_UNFIT', false, 'does not take the schema of the events as events-value: go away'],
  [429, 'REGISTRY_UNREACHABLE', true, 'cannot be reached: go away'],
  [503, 'REGISTRY_UNREACHABLE', true, 'cannot be reached: go away'],
])('a registry that answers %i: %s', async (status, code, retriable, text) => {
  await using registry = await listen((_, respond) => respond(status, { error_code: status, message: 'go away' }))
  const error = await failure(retriable ? open(registry.url, tries) : open(registry.url))
  expect(error).toMatchObject({ code, retriable })
  expect(error.message).toContain(text)
  expect(error.message).toContain(registry.url)
  expect(error.message).not.toContain('\n')
})

test('a registry that is not there is unreachable, with its address', async () => {
  const registry = await listen(() => undefined)
  await registry[Symbol.asyncDispose]()
  const error = await failure(open(registry.url, tries))
  expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', retriable: true })
  expect(error.message).toMatch(new RegExp(`^schema registry ${registry.url} cannot be reached: .*ECONNREFUSED`))
})

test('a registry that takes the request and never answers is given up', async () => {
  await using registry = await listen(() => undefined)
  const before = performance.now()
  const error = await failure(open(registry.url, 300))
  expect(performance.now() - before).toBeLessThan(8_000)
  expect(error.message).toBe(`schema registry ${registry.url} cannot be reached: it did not answer`)
})

test('a registry that is late is waited for', async () => {
  let requests = 0
  await using registry = await listen(({ method }, respond) => {
    requests += 1
    if (requests < 3) return respond(503, { message: 'starting' })
    return method === 'GET' ? respond(404, {}) : respond(200, { id: 7 })
  })
  const encoder = await openEventEncoder({ url: registry.url, timeoutMs: 5_000 }, 'events', { signal })
  expect(encoder.encode(event).subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, 7]))
})

test('a registry that lets koff register, but not choose the compatibility, is enough', async () => {
  await using registry = await listen(({ method }, respond) => {
    if (method === 'GET') return respond(404, {})
    return method === 'PUT' ? respond(403, { message: 'not yours' }) : respond(200, { id: 7 })
  })
  const encoder = await open(registry.url)
  expect(encoder.encode(event).subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, 7]))
})

test('an instance that chooses the compatibility at the same moment is no obstacle', async () => {
  let isChosen = false
  await using registry = await listen(({ method }, respond) => {
    if (method === 'GET') return isChosen ? respond(200, { compatibilityLevel: 'FULL_TRANSITIVE' }) : respond(404, {})
    if (method !== 'PUT') return respond(200, { id: 7 })
    isChosen = true
    respond(409, { message: "A rule named 'COMPATIBILITY' already exists." })
  })
  const encoder = await openEventEncoder({ url: registry.url, timeoutMs: 5_000 }, 'events', { signal })
  expect(encoder.encode(event).subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, 7]))
})

test('an event that does not fit its definition is named with what does not fit, for good', async () => {
  await using registry = await listen(({ method }, respond) => respond(method === 'GET' ? 404 : 200, { id: 7 }))
  const encoder = await open(registry.url)
  const wrong = { ...event, data: { emptyForMs: 2n ** 64n } } as unknown as KoffEvent
  expect(await failure((async () => encoder.encode(wrong))())).toMatchObject({
    code: 'SINK_FAILED',
    retriable: false,
    message: 'event 0-1-0: does not fit the definition of group-revived at data.io.koff.GroupRevived.emptyForMs',
  })
})

test('TLS that does not fit is no matter of time', async () => {
  await using registry = await listen(() => undefined)
  expect(await failure(open(registry.url.replace('http:', 'https:')))).toMatchObject({
    code: 'REGISTRY_UNREACHABLE',
    retriable: false,
    message: expect.stringContaining('speaks no TLS: its url begins with http://'),
  })
  const folder = await temporaryFolder('registry-tls')
  const { registry: certificate } = await makeCertificates(folder, ['registry'])
  const secure = createSecureServer({ cert: certificate.cert, key: certificate.key })
  await once(secure.listen(0, '127.0.0.1'), 'listening')
  expect(await failure(open(`https://127.0.0.1:${(secure.address() as AddressInfo).port}`))).toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    retriable: false,
    message: expect.stringContaining('its TLS certificate is not trusted (self-signed certificate'),
  })
  secure.close()
  await removeTemporary(folder)
})

test('a registry that has trouble is asked again, and what it says without words is its status', async () => {
  await using registry = await listen((_, respond) => respond(503, {}))
  expect(await failure(open(registry.url, tries))).toMatchObject({
    retriable: true,
    message: `schema registry ${registry.url} cannot be reached: status 503`,
  })
})

test('an abort ends the wait, with the reason of the signal', async () => {
  await using registry = await listen(() => undefined)
  const abort = new AbortController()
  const opening = openEventEncoder({ url: registry.url }, 'events', { signal: abort.signal })
  setTimeout(() => abort.abort(new Error('enough')), 50)
  await expect(opening).rejects.toThrow('enough')
})

test('the credentials go with every request, and into no message', async () => {
  const seen = new Set<string | undefined>()
  await using registry = await listen(({ headers }, respond) => {
    seen.add(headers.authorization)
    respond(500, { message: 'no' })
  })
  const error = await failure(open(registry.url.replace('http://', 'http://user:s3cret@'), tries))
  expect([...seen]).toEqual([`Basic ${Buffer.from('user:s3cret').toString('base64')}`])
  expect(error.message).not.toContain('s3cret')
})

const event = newEvent({
  id: '0-1-0',
  type: 'group-revived',
  cluster: '',
  group: 'orders',
  groupType: 'classic',
  time: 1,
  source: { partition: 0, offset: 1, timestamp: 1 },
  data: { emptyForMs: 5 },
})

const open = (url: string, timeoutMs = 20_000) => openEventEncoder({ url, timeoutMs }, 'events', { signal })

async function failure(opening: Promise<unknown>): Promise<KoffError> {
  try {
    await opening
  } catch (error) {
    return error as KoffError
  }
  throw new Error('it did not fail')
}

type Respond = (status: number, body: object) => void
type Request = Parameters<Parameters<typeof createServer>[1] & object>[0]

async function listen(answer: (request: Request, respond: Respond) => void) {
  const server: Server = createServer((request, response) => {
    answer(request, (status, body) => {
      response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(JSON.stringify(body))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      if (server.listening) await new Promise(resolve => server.close(resolve))
    },
  }
}
