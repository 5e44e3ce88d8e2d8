import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runKoff } from './runKoff.ts'

const home = mkdtempSync(join(tmpdir(), 'koff-check-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function check(yaml: string, ...flags: readonly string[]) {
  const file = join(home, 'koff.yaml')
  writeFileSync(file, yaml)
  const ran = await runKoff(['config', 'check', ...flags, file], { variables: { PASSWORD: 'hunter2' } })
  const plain = (text: string) => text.replaceAll(`${home}/`, '').replaceAll(/\(\d+ ms\)/g, '(N ms)')
  return { code: ran.code, stdout: plain(ran.stdout), stderr: plain(ran.stderr) }
}

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe('koff config check warns of', () => {
  it('SASL without TLS, and secrets in the file itself, and prints none of them', async () => {
    const { code, stderr } = await check(
      [
        'kafka:',
        '  brokers: a:9092',
        '  sasl: { mechanism: PLAIN, username: koff, password: hunter2 }',
        'sinks:',
        '  - { type: bullmq, queue: q, redis: { url: "redis://u:hunter2@redis:6379" } }',
      ].join('\n'),
    )
    expect(code).toBe(0)
    expect(stderr.split('\n')).toEqual([
      'koff: warning: koff.yaml:3: kafka.sasl: SASL without TLS: the secret is readable on the network; set kafka.tls',
      'koff: warning: koff.yaml:3: kafka.sasl.password: a secret in the file itself; write ${VARIABLE}, or { file: /run/secrets/… }',
      'koff: warning: koff.yaml:5: sinks[0].redis.url: a password in the address; write ${VARIABLE}, or give username and password as keys',
      '',
    ])
  })

  it('metrics of groups that no port and no collector shows', async () => {
    const metrics = 'kafka: { brokers: a:9092 }\nmetrics: { groups: topic }\n'
    const { code, stderr } = await check(metrics)
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        'koff: warning: koff.yaml:2: metrics.groups: the metrics of groups have no effect without a place to read them; set http.port or metrics.otlp\n',
    })
    expect((await check(`${metrics}http: { port: 9404 }\n`)).stderr).toBe('')
  })

  it('nothing where TLS is on and secrets come from elsewhere', async () => {
    const sasl = 'sasl: { mechanism: SCRAM-SHA-512, username: koff, password: "${PASSWORD}" }'
    expect(await check(`kafka: { brokers: a:9092, tls: true, ${sasl} }`)).toEqual({
      code: 0,
      stdout: 'koff.yaml: valid; pipelines: stdout\n',
      stderr: '',
    })
  })
})

describe('koff config check --connect', () => {
  it('says of each that is not there why, and exits with 1', async () => {
    const [kafka, redis] = [await deadPort(), await deadPort()]
    const { code, stdout } = await check(
      [
        `kafka: { brokers: "127.0.0.1:${kafka}", connectTimeoutMs: 200 }`,
        `state: { dir: ${home}/state }`,
        'sinks:',
        `  - { type: bullmq, queue: q, redis: { url: "redis://127.0.0.1:${redis}" } }`,
      ].join('\n'),
      '--connect',
    )
    expect({ code, lines: stdout.split('\n') }).toEqual({
      code: 1,
      lines: [
        'koff.yaml: valid; pipelines: bullmq-q (bullmq)',
        expect.stringMatching(/^missing {2}Kafka at 127\.0\.0\.1:\d+: .*connection refused.* \(N ms\)$/),
        expect.stringMatching(/^ok {7}state in state: not there yet; .* is writable \(N ms\)$/),
        expect.stringMatching(/^missing {2}Redis of bullmq-q: .*connection refused.* \(N ms\)$/),
        '',
      ],
    })
  })
})

it('knows the words of other tools', async () => {
  const { stderr } = await check(
    [
      'kafka: { bootstrapServers: a:9092, security.protocol: SASL_SSL }',
      'conditions: { stallAfter: 60s }',
      'sinks:',
      '  - { type: kafka, topic: t, registry: "http://localhost:8081" }',
    ].join('\n'),
  )
  expect(stderr.split('\n')).toEqual([
    'koff.yaml:1: kafka.bootstrapServers: unknown key; did you mean brokers?',
    'koff.yaml:1: kafka.security.protocol: unknown key; did you mean tls?',
    'koff.yaml:2: conditions.stallAfter: unknown key; did you mean stallAfterMs?',
    'koff.yaml:4: sinks[0].registry: must be a mapping of keys to values, is a text; write registry: { url: http://… }',
    '',
  ])
})

it('flags of other tools are understood as what is meant', async () => {
  const { stderr } = await runKoff(['events', '--bootstrap-server', 'a:9092'])
  expect(stderr).toMatch(/^koff: events: unknown option --bootstrap-server; did you mean --brokers\? known: /)
})
