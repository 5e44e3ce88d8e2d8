import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { KoffError } from '../../src/base/errors.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { signature, signingKeys } from '../../src/sinks/webhook/signature.ts'
import { type WebhookSinkOptions, webhookSink } from '../../src/sinks/webhook/sink.ts'
import { type Certificate, makeCertificates } from '../servers/certificates.ts'
import { freePort } from '../servers/ports.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { sinkConformance } from '../sinks/conformance.ts'
import { events } from '../sinks/events.ts'
import { byGroup, firstOfEach } from '../sinks/received.ts'

const running = new AbortController().signal
const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`

interface Taken {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

type Respond = (response: ServerResponse, taken: Taken, number: number) => void

/** A receiver on loopback: it keeps what it answered with 2xx. */
class TestReceiver {
  readonly requests: Taken[] = []
  readonly accepted: KoffEvent[] = []
  respond: Respond = response => void response.writeHead(204).end()
  isStalled = false
  port = 0
  #server: Server | null = null
  readonly #held: (() => void)[] = []
  readonly #tls: Certificate | undefined

  constructor(tls?: Certificate) {
    this.#tls = tls
  }

  get url(): string {
    return `${this.#tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.port}/hook/of-a-secret-path?token=abcdefgh`
  }

  async start(): Promise<this> {
    const listener: Parameters<typeof createServer>[1] = (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { url: path = '', headers } = request
        const answer = () => this.#answer(response, { path, headers, body: Buffer.concat(chunks).toString('utf8') })
        if (this.isStalled) this.#held.push(answer)
        else answer()
      })
    }
    const server = this.#tls === undefined ? createServer(listener) : createTlsServer(this.#tls, listener)
    this.#server = server
    server.listen(this.port, '127.0.0.1')
    await once(server, 'listening')
    this.port = (server.address() as AddressInfo).port
    return this
  }

  #answer(response: ServerResponse, taken: Taken): void {
    this.requests.push(taken)
    this.respond(response, taken, this.requests.length)
    if (response.statusCode < 300) this.accepted.push(...eventsIn(taken))
  }

  resume(): void {
    this.isStalled = false
    for (const answer of this.#held.splice(0)) answer()
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (server === null) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
}

function eventsIn({ headers, body }: Taken): KoffEvent[] {
  const content: unknown = JSON.parse(body)
  if (headers['content-type'] === 'application/json') return [content as KoffEvent]
  const list = Array.isArray(content) ? content : [content]
  return list.map(one => (one as { readonly data: KoffEvent }).data)
}

const opened: TestReceiver[] = []
async function receiver(tls?: Certificate): Promise<TestReceiver> {
  const started = await new TestReceiver(tls).start()
  opened.push(started)
  return started
}
afterEach(async () => {
  for (const one of opened.splice(0)) await one.stop()
})

async function write(to: TestReceiver, count: number, options: Partial<WebhookSinkOptions> = {}): Promise<void> {
  await using sink = webhookSink({ url: to.url, deliveryTimeoutMs: 5_000, ...options })
  await sink.open(running)
  await sink.write(events(count), running)
}

async function faultOf(work: Promise<unknown>): Promise<KoffError> {
  const error = await work.then(
    () => new Error('it worked'),
    (reason: unknown) => reason,
  )
  if (error instanceof KoffError) return error
  throw error
}

for (const mode of ['structured', 'binary', 'batched'] as const) {
  sinkConformance(`webhook in the mode ${mode}`, async () => {
    const to = await new TestReceiver().start()
    const sink = webhookSink({ url: to.url, mode, deliveryTimeoutMs: 1_000, openTimeoutMs: 1_000 })
    return {
      sink,
      received: async () => to.accepted,
      stall: async () => {
        to.isStalled = true
        return async () => to.resume()
      },
      fail: async () => {
        await to.stop()
        return async () => {
          await to.start()
          return sink
        }
      },
      [Symbol.asyncDispose]: () => to.stop(),
    }
  })
}

test('a request has the id of its event, a signature that the receiver can check, and the headers of the configuration', async () => {
  const to = await receiver()
  await write(to, 3, { secret, headers: { authorization: 'Bearer of-the-receiver' } })
  expect(to.requests).toHaveLength(3)
  const ids = events(3).map(({ id }) => id)
  expect(new Set(to.requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(ids))
  for (const { path, headers, body } of to.requests) {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signed } = headers
    expect(signed).toBe(signature({ id: String(id), timestamp: Number(timestamp), body }, signingKeys(secret) ?? []))
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(300)
    expect(headers).toMatchObject({ authorization: 'Bearer of-the-receiver' })
    expect(headers['user-agent']).toMatch(/^koff\//)
    expect(path).toBe('/hook/of-a-secret-path?token=abcdefgh')
  }
})

test('no more requests are under way than concurrency allows', async () => {
  const to = await receiver()
  let under = 0
  let most = 0
  to.respond = response => {
    most = Math.max(most, (under += 1))
    setTimeout(() => {
      under -= 1
      response.writeHead(200).end()
    }, 20)
  }
  await write(to, 40, { concurrency: 3 })
  expect(most).toBe(3)
})

describe('an answer that time can mend', () => {
  test.each([408, 425, 429, 500, 503])('%i is tried again, and no event is lost or out of order', async status => {
    const to = await receiver()
    to.respond = (response, _taken, number) => void response.writeHead(number % 3 === 1 ? status : 200).end()
    const retried: KoffError[] = []
    await write(to, 20, { retried: error => retried.push(error) })
    expect(byGroup(to.accepted)).toEqual(byGroup(events(20)))
    expect(retried.every(({ retriable, message }) => retriable && message.includes(`(${status})`))).toBe(true)
    expect(retried.length).toBeGreaterThan(0)
  })

  test('Retry-After holds back all requests until then', async () => {
    const to = await receiver()
    let refusedAt = 0
    const begun: number[] = []
    to.respond = (response, _taken, number) => {
      if (number === 1) {
        refusedAt = performance.now()
        response.writeHead(429, { 'retry-after': '1' }).end()
        return
      }
      begun.push(performance.now())
      response.writeHead(200).end()
    }
    await write(to, 12, { concurrency: 1 })
    expect(begun).toHaveLength(12)
    expect(Math.min(...begun) - refusedAt).toBeGreaterThanOrEqual(1_000)
  })

  test('what the receiver has taken of a failed write is not sent again when the write is made again', async () => {
    const to = await receiver()
    let isDown = false
    to.respond = response => {
      if (to.accepted.length >= 10) isDown = true
      response.writeHead(isDown ? 503 : 200).end()
    }
    await using sink = webhookSink({ url: to.url, deliveryTimeoutMs: 300, concurrency: 1 })
    await sink.open(running)
    expect(await faultOf(sink.write(events(30), running))).toMatchObject({ retriable: true })
    isDown = false
    to.respond = response => void response.writeHead(200).end()
    await sink.write(events(30), running)
    expect(to.accepted).toHaveLength(30)
    expect(byGroup(firstOfEach(to.accepted))).toEqual(byGroup(events(30)))
  })

  test('no answer in time', async () => {
    const to = await receiver()
    to.respond = () => undefined
    const fault = await faultOf(write(to, 1, { timeoutMs: 100, deliveryTimeoutMs: 300 }))
    expect(fault).toMatchObject({ retriable: true, code: 'SINK_FAILED' })
    expect(fault.message).toContain('no answer within 0.1 s')
  })
})

describe('an answer that only a person can mend ends the write at once', () => {
  test.each([
    [400, 'SINK_FAILED', 'refuses event 1-0-0 (400: bad group)'],
    [401, 'AUTHENTICATION_FAILED', 'refuses the credentials'],
    [403, 'AUTHORIZATION_FAILED', 'forbids event 1-0-0'],
    [404, 'SINK_FAILED', 'takes no webhooks at that path'],
    [410, 'SINK_FAILED', 'is gone'],
    [413, 'SINK_FAILED', 'too large'],
    [422, 'SINK_FAILED', 'refuses event 1-0-0'],
  ])('%i', async (status, code, text) => {
    const to = await receiver()
    to.respond = response => void response.writeHead(status).end('bad group')
    const fault = await faultOf(write(to, 1))
    expect(fault).toMatchObject({ code, retriable: false })
    expect(fault.message).toContain(text)
    expect(to.requests).toHaveLength(1)
  })
})

describe('a redirect', () => {
  test('to another path of the receiver is followed with the content, the permanent one from then on', async () => {
    const to = await receiver()
    to.respond = (response, { path }) =>
      void (path === '/new' ? response.writeHead(200) : response.writeHead(308, { location: '/new' })).end()
    await write(to, 5, { concurrency: 1 })
    expect(byGroup(to.accepted)).toEqual(byGroup(events(5)))
    expect(to.requests.map(({ path }) => path).filter(path => path !== '/new')).toHaveLength(1)
  })

  test.each([307, 308, 301, 302, 303])('%i to another host is not followed', async status => {
    const [to, other] = [await receiver(), await receiver()]
    to.respond = response => void response.writeHead(status, { location: other.url }).end()
    const fault = await faultOf(write(to, 1))
    expect(fault.retriable).toBe(false)
    expect(fault.message).toContain(`redirects to http://127.0.0.1:${other.port} (${status})`)
    expect(other.requests).toEqual([])
  })

  test('that never ends is given up', async () => {
    const to = await receiver()
    to.respond = response => void response.writeHead(307, { location: '/again' }).end()
    expect((await faultOf(write(to, 1))).message).toContain('redirects')
    expect(to.requests.length).toBeLessThan(6)
  })
})

test('nothing that koff sent and is secret is in an error, even where the receiver repeats it', async () => {
  const to = await receiver()
  to.respond = (response, { path, headers }) => void response.writeHead(400).end(`${path} ${JSON.stringify(headers)}`)
  const { message } = await faultOf(write(to, 1, { secret, headers: { 'x-key': 'k-0123456789' } }))
  for (const hidden of ['secret-path', 'abcdefgh', 'k-0123456789', secret]) expect(message).not.toContain(hidden)
})

describe('link-local addresses', () => {
  test.each(['http://169.254.169.254/latest', 'http://[fe80::1]/', 'http://[::ffff:169.254.1.1]/'])(
    '%s is refused unless it is allowed',
    url => {
      expect(() => webhookSink({ url })).toThrow(/link-local address.*allowLinkLocal/)
      expect(() => webhookSink({ url, allowLinkLocal: true })).not.toThrow()
    },
  )
})

describe('TLS', () => {
  let folder: string
  let certificates: Readonly<Record<'receiver' | 'other', Certificate>>
  beforeAll(async () => {
    folder = await temporaryFolder('webhook-tls')
    certificates = await makeCertificates(folder, ['receiver', 'other'])
  })
  afterAll(() => removeTemporary(folder))

  test('a receiver whose authority is configured is trusted, another one is not', async () => {
    const to = await receiver(certificates.receiver)
    await write(to, 4, { tls: { ca: certificates.receiver.cert } })
    expect(byGroup(to.accepted)).toEqual(byGroup(events(4)))
    for (const tls of [undefined, { ca: certificates.other.cert }]) {
      const fault = await faultOf(write(to, 1, { tls }))
      expect(fault).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false })
      expect(fault.message).toContain('not trusted')
    }
  })

  test('https to a receiver without TLS says so', async () => {
    const to = await receiver()
    const fault = await faultOf(write(to, 1, { url: to.url.replace('http:', 'https:') }))
    expect(fault).toMatchObject({ code: 'UNSUPPORTED', retriable: false })
    expect(fault.message).toContain('begin its url with http://')
  })
})

test('opening a receiver that nobody listens at fails after its time, and says where', async () => {
  const port = await freePort()
  await using sink = webhookSink({ url: `http://127.0.0.1:${port}/`, openTimeoutMs: 300 })
  const fault = await faultOf(sink.open(running))
  expect(fault).toMatchObject({ code: 'SINK_FAILED', retriable: true })
  expect(fault.message).toContain(`webhook http://127.0.0.1:${port} cannot be reached`)
})
