import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noLog } from '../../src/base/log.ts'
import type { Readiness } from '../../src/delivery/readiness.ts'
import { prometheusTelemetry } from '../../src/web/prometheus.ts'
import { type HttpServer, openHttpServer } from '../../src/web/server.ts'
import { linesTo } from '../engine/linesTo.ts'
import { exposition } from './exposition.ts'

let readiness: Readiness = { isReady: false, owned: 4, catchingUp: 3, recordsLeft: 1_000 }
let server: HttpServer
const place = { port: 0, host: '127.0.0.1', log: noLog } as const

beforeAll(async () => {
  const telemetry = prometheusTelemetry({ version: '0', pipelines: ['kafka'] })
  server = await openHttpServer({ ...place, telemetry, readiness: () => readiness })
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
      type: 'application/json; charset=utf-8',
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

  it('survives what cannot be answered, and says no more than its log', async () => {
    const lines: string[] = []
    const broken = prometheusTelemetry({ version: '0', pipelines: [] })
    broken.sample(() => {
      throw new Error('out of order')
    })
    await using other = await openHttpServer({
      ...place,
      telemetry: broken,
      readiness: () => readiness,
      log: linesTo(lines),
    })
    const response = await fetch(`${other.url}/metrics`)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('out of order')
    expect(lines.join()).toContain('out of order')
    expect(await rawPath('//')).toBe(404)
    expect(await get('/healthz')).toMatchObject({ status: 200 })
  })

  it('that another program has is refused in words', async () => {
    const { port } = new URL(server.url)
    const other = {
      ...place,
      telemetry: prometheusTelemetry({ version: '0', pipelines: [] }),
      readiness: () => readiness,
    }
    await expect(openHttpServer({ ...other, port: Number(port) })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `cannot listen on 127.0.0.1:${port}: another program listens there; choose another port`,
      setting: ['http', 'port'],
    })
    await expect(openHttpServer({ ...other, host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'cannot listen on 192.0.2.1:0: this machine has no such address',
      setting: ['http', 'host'],
    })
  })

  it('is free again when it is closed, also with a connection that is kept open', async () => {
    const telemetry = prometheusTelemetry({ version: '0', pipelines: [] })
    const options = { ...place, telemetry, readiness: () => readiness }
    const other = await openHttpServer(options)
    expect((await fetch(`${other.url}/healthz`)).status).toBe(200)
    await other[Symbol.asyncDispose]()
    await using again = await openHttpServer({ ...options, port: Number(new URL(other.url).port) })
    expect(again.url).toBe(other.url)
  })
})

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
