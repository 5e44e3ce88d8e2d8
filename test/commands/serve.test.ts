import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../../src/commands/main.ts'
import type { AboutAnswer } from '../../src/web/api/answers.ts'
import { fillFrom } from '../web/filled.ts'
import { runKoff } from './runKoff.ts'

const home = mkdtempSync(join(tmpdir(), 'koff-serve-'))
const place = join(home, 'dev.db')

beforeAll(() => fillFrom('dev', place))
afterAll(() => rmSync(home, { recursive: true }))

/** Runs `koff serve` until it is disposed of; its address is in its log. */
async function serving(args: readonly string[]) {
  const ending = new AbortController()
  const stderr = new PassThrough()
  const { promise: url, resolve } = Promise.withResolvers<string>()
  stderr.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.trim().split('\n')) {
      const { url: found } = JSON.parse(line) as { url?: string }
      if (found !== undefined) resolve(found)
    }
  })
  const streams = { stdin: Readable.from([]), stdout: new PassThrough(), stderr }
  const code = main(['serve', ...args, '--http-port', '0'], { ...streams, variables: {}, signal: ending.signal })
  return {
    url: await url,
    end: async () => {
      ending.abort()
      return code
    },
  }
}

test('it answers from a history without a broker, and ends well', async () => {
  const { url, end } = await serving(['--history', place])
  const about = (await (await fetch(`${url}/api/about`)).json()) as AboutAnswer
  expect(about).toMatchObject({ mode: 'serve', cluster: 'c1', ready: true })
  expect(about.readTo.map(({ partition }) => partition)).toEqual([0, 1, 2, 3])
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('koff_ready 1')
  expect(await end()).toBe(0)
})

test('its history, its token and its address come from a configuration, too', async () => {
  writeFileSync(join(home, 'token'), 'hunter2\n')
  const file = join(home, 'koff.yaml')
  writeFileSync(
    file,
    'http: { port: 1, host: 0.0.0.0, tokenFile: token }\npipelines: [{ name: h, to: { type: history, file: dev.db } }]\n',
  )
  const { url, end } = await serving(['-c', file])
  const local = url.replace('0.0.0.0', '127.0.0.1')
  expect((await fetch(`${local}/api/about`)).status).toBe(401)
  const authorized = await fetch(`${local}/api/about`, { headers: { authorization: 'Bearer hunter2' } })
  expect(authorized.status).toBe(200)
  expect((await fetch(`${local}/healthz`)).status).toBe(200)
  await end()
})

test.each([
  [['--history', join(home, 'none.db')], 1, 'none.db'],
  [['--history', place, '--http-host', '0.0.0.0'], 2, 'other machines reach this address: set http.tokenFile'],
  [['--history', place, '--http-port', 'no'], 2, 'must be a whole number'],
  [['--history', 'postgres://nobody:hunter2@127.0.0.1:1/none'], 0, 'postgres://nobody@127.0.0.1:1/none'],
  [['--histroy', place], 2, 'unknown option --histroy; did you mean --history?'],
  [['-c', join(home, 'none.yaml')], 2, 'none.yaml'],
] as const)('koff serve %j ends with %i and says why', async (args, code, words) => {
  // A database that is down is tried again with each request: only a signal ends it.
  const ran = await runKoff(['serve', ...args], code === 0 ? { interruptedWith: 143 } : {})
  expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(words)])
  expect(ran.stderr).not.toContain('hunter2')
})
