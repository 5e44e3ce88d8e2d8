import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Readiness } from '../../src/delivery/readiness.ts'
import { prometheusTelemetry } from '../../src/web/prometheus.ts'
import { routes } from '../../src/web/routes.ts'
import { type HttpServer, openHttpServer } from '../../src/web/server.ts'
import { exposition } from './exposition.ts'

let readiness: Readiness = { isReady: false, owned: 4, catchingUp: 3, recordsLeft: 1_000 }
let server: HttpServer

beforeAll(async () => {
  const telemetry = prometheusTelemetry({ version: '0', pipelines: ['kafka'] })
  server = await openHttpServer({
    port: 0,
    host: '127.0.0.1',
    routes: {
      ...routes({ telemetry, readiness: () => readiness }),
      '/broken': () => {
        throw new Error('out of order')
      },
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

async function get(path: string, init: RequestInit = {}) {
  const response = await fetch(`${server.url}${path}`, init)
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() }
}

describe('the port of a running koff', () => {
  it('says that it lives', async () => {
    expect(await get('/healthz')).toEqual({ status: 200, type: 'text/plain; charset=utf-8', body: 'ok\n' })
  })

  it('is ready when it is, and says how far it is when not', async () => {
    expect(await get('/readyz')).toEqual({
      status: 503,
      type: 'application/json',
      body: '{"ready":false,"partitions":4,"catchingUp":3,"recordsLeft":1000}\n',
    })
    readiness = { isReady: true, owned: 4, catchingUp: 0, recordsLeft: 0 }
    expect(await get('/readyz')).toMatchObject({ status: 200, body: expect.stringContaining('"ready":true') })
  })

  it('gives its metrics', async () => {
    const { status, type, body } = await get('/metrics?name=x')
    expect({ status, type }).toEqual({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' })
    expect(exposition(body).value('koff_build_info', { version: '0' })).toBe(1)
  })

  it('lists the paths where there is none', async () => {
    expect(await get('/')).toMatchObject({ status: 404, body: expect.stringContaining('/metrics, /healthz, /readyz') })
    expect(await get('/constructor')).toMatchObject({ status: 404 })
  })

  it('can be looked at only', async () => {
    expect(await get('/healthz', { method: 'POST' })).toMatchObject({ status: 405 })
    expect(await get('/healthz', { method: 'HEAD' })).toEqual({
      status: 200,
      type: 'text/plain; charset=utf-8',
      body: '',
    })
  })

  it('survives what cannot be answered', async () => {
    expect(await get('/broken')).toMatchObject({ status: 500, body: 'out of order\n' })
    expect(await rawPath('//')).toBe(404)
    expect(await get('/healthz')).toMatchObject({ status: 200 })
  })

  it('that another program has is refused in words', async () => {
    const { port } = new URL(server.url)
    await expect(openHttpServer({ port: Number(port), host: '127.0.0.1', routes: {} })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `cannot listen on 127.0.0.1:${port}: another program listens there; choose another port`,
      setting: ['http', 'port'],
    })
    await expect(openHttpServer({ port: 0, host: '192.0.2.1', routes: {} })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'cannot listen on 192.0.2.1:0: this machine has no such address',
      setting: ['http', 'host'],
    })
  })

  it('is free again when it is closed, also with a connection that is kept open', async () => {
    const other = await openHttpServer({ port: 0, host: '127.0.0.1', routes: { '/a': () => answer } })
    expect((await fetch(`${other.url}/a`)).status).toBe(200)
    await other[Symbol.asyncDispose]()
    await using again = await openHttpServer({ port: Number(new URL(other.url).port), host: '127.0.0.1', routes: {} })
    expect(again.url).toBe(other.url)
  })
})

const answer = { status: 200, type: 'text/plain', body: 'a' }

/** What a path brings that fetch would change on its way. */
async function rawPath(path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(server.url)
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const sent = request({ hostname, port, path }, response => {
    response.resume()
    resolve(response.statusCode)
  })
  sent.on('error', reject)
  sent.end()
  return promise
}
