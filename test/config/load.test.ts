import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KoffError } from '../../src/base/errors.ts'
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts'
import { settingsFrom } from '../../src/config/settings.ts'
import { planPipelines } from '../../src/pipelines/plan.ts'

const variables = { PASSWORD: 'hunter2', EMPTY: '', WORD: 'maybe' }
let home: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'koff-config-'))
  mkdirSync(join(home, 'folder'))
  writeFileSync(join(home, 'key.txt'), 'no key\n')
  writeFileSync(join(home, 'password.txt'), 'hunter2\n')
  writeFileSync(join(home, 'empty.txt'), '\n')
  writeFileSync(join(home, 'latin1.txt'), Buffer.from('h\u00fcnter2', 'latin1'))
  writeFileSync(join(home, 'ca.pem'), '-----BEGIN CERTIFICATE-----\n')
})

afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

function load(
  yaml: string,
  flags: Parameters<typeof settingsFrom>[1] = {},
  environment: NodeJS.ProcessEnv = {},
): LoadedConfig {
  const file = join(home, 'koff.yaml')
  writeFileSync(file, yaml)
  const all = { ...variables, ...environment }
  return loadConfig({ file, settings: settingsFrom(all, flags), variables: all })
}

/** Every fault, as `koff config check` and `koff run` find them. */
async function faultsOf(read: () => LoadedConfig): Promise<string[]> {
  try {
    await planPipelines(read())
  } catch (error) {
    if (!(error instanceof KoffError) || error.code !== 'CONFIG_INVALID') throw error
    return error.message.split('\n').map(line => line.replaceAll(`${home}/`, ''))
  }
  return []
}

/** The cases of the golden file; `---8<---` marks a line of dashes that belongs to the file. */
function wrongConfigs(): { readonly name: string; readonly yaml: string; readonly messages: string[] }[] {
  const golden = readFileSync(new URL('../golden/wrong-configs.txt', import.meta.url), 'utf8')
  return golden
    .split('\n=== ')
    .slice(1)
    .map(text => {
      const [head = '', messages = ''] = text.split('\n---\n')
      const [name = '', ...yaml] = head.split('\n')
      return {
        name,
        yaml: `${yaml.join('\n').replaceAll('---8<---', '---')}\n`,
        messages: messages.trim().split('\n'),
      }
    })
}

describe('a wrong configuration', () => {
  const cases = wrongConfigs()

  it('stands in the golden file more than fifty times, once each', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
    expect(cases.length).toBeGreaterThan(50)
  })

  it.each(cases)('$name', async ({ yaml, messages }) => {
    const faults = await faultsOf(() => load(yaml))
    expect(faults).toEqual(messages)
    expect(faults.join('\n')).not.toContain('hunter2')
  })

  it('that is not there is one line with its path', async () => {
    expect(await faultsOf(() => loadConfig({ file: join(home, 'nowhere.yaml'), variables }))).toEqual([
      'nowhere.yaml: cannot be read: no such file or directory',
    ])
  })

  it('that is not UTF-8 is refused', async () => {
    const file = join(home, 'latin1.txt')
    expect(await faultsOf(() => loadConfig({ file, variables }))).toEqual([
      'latin1.txt: cannot be read: it is not text in UTF-8',
    ])
    writeFileSync(join(home, 'utf16.yaml'), Buffer.from('\ufeffname: koff\n', 'utf16le'))
    expect(await faultsOf(() => loadConfig({ file: join(home, 'utf16.yaml'), variables }))).toEqual([
      'utf16.yaml: cannot be read: it is not text in UTF-8',
    ])
  })
})

describe('a configuration', () => {
  it('needs to say nothing: then it is a cluster on this machine, and events on standard output', () => {
    const nothing = load('').config
    expect(loadConfig({ variables }).config).toEqual({ ...nothing, state: { dir: resolve('koff-state') } })
    expect(nothing).toEqual({
      name: 'koff',
      logLevel: 'info',
      metrics: { maxSeries: 50_000 },
      kafka: {
        brokers: ['localhost:9092'],
        clientId: 'koff',
        connectTimeoutMs: 10_000,
        requestTimeoutMs: 30_000,
      },
      instances: { sessionTimeoutMs: 10_000 },
      state: { dir: join(home, 'koff-state') },
      snapshot: 'emit',
      events: { include: ['default'], exclude: [] },
      groups: { include: ['*'], exclude: [] },
      conditions: {
        samples: true,
        sampleEveryMs: 10_000,
        stallAfterMs: 60_000,
        stallMinLag: 1,
        stallEmptyGroups: false,
        lagForMs: 60_000,
        riskWithinMs: 3_600_000,
        riskRatio: 0.1,
        stuckAfterTimeouts: 0.5,
        rebalanceTimeoutMs: 300_000,
        stormRebalances: 5,
        stormWithinMs: 600_000,
        stormBurstMs: 5_000,
        unassignedAfterMs: 60_000,
        skewRatio: 2,
        groups: [],
      },
      sinks: [],
      pipelines: [],
    })
  })

  it('names brokers as a list or as one text, with IPv6 and without ports, as people paste them', () => {
    const brokers = ['a.example:9093', '[::1]:9092', 'c:9092']
    expect(load(`kafka: { brokers: ['a.example:9093', '[::1]:9092', c] }`).config.kafka.brokers).toEqual(brokers)
    expect(
      load('kafka:\n  brokers: ${B}', {}, { B: 'SASL_SSL://a.example:9093, ::1, c,' }).config.kafka.brokers,
    ).toEqual(brokers)
  })

  it('names nodes of Redis and sentinels in the same way, each with its own port', () => {
    const redisOf = (redis: string) => {
      const [sink] = load(`sinks: [{ type: bullmq, queue: q, redis: ${redis} }]`).config.sinks
      return sink?.type === 'bullmq' ? sink.redis : undefined
    }
    expect(redisOf('{ cluster: "a, b:7000," }')?.cluster).toEqual(['a:6379', 'b:7000'])
    expect(redisOf('{ sentinel: { name: s, nodes: [a, "::1"] } }')?.sentinel?.nodes).toEqual(['a:26379', '[::1]:26379'])
  })

  it('fills in variables, defaults and the characters themselves', () => {
    const { config } = load(
      'name: ${NAME:-two}\nkafka:\n  clientId: "${EMPTY:-a}-${WORD}-$${WORD}"\n  connectTimeoutMs: ${T}\n  tls: ${TLS:-false}',
      {},
      { T: '250' },
    )
    expect(config.name).toBe('two')
    expect(config.kafka.clientId).toBe('a-maybe-${WORD}')
    expect(config.kafka.connectTimeoutMs).toBe(250)
    expect(config.kafka.tls).toBeUndefined()
  })

  it('does not fill in what a variable holds a second time', () => {
    expect(load('kafka: { clientId: "${A}" }', {}, { A: '${PASSWORD}' }).config.kafka.clientId).toBe('${PASSWORD}')
  })

  it('resolves anchors', () => {
    expect(load('kafka: { clientId: &id one }\nname: *id').config.name).toBe('one')
  })

  it('reads certificates and secrets relative to itself, and shows no secret to a printer', () => {
    const { config } = load(
      'kafka:\n  tls: { ca: ca.pem }\n  sasl: { mechanism: SCRAM-SHA-512, username: koff, password: { file: password.txt } }',
    )
    expect(config.kafka.tls).toEqual({ ca: '-----BEGIN CERTIFICATE-----\n' })
    const { sasl } = config.kafka
    if (sasl === undefined || sasl.mechanism === 'OAUTHBEARER') throw new Error('no password')
    expect(sasl.password.reveal()).toBe('hunter2')
    expect(inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config)).not.toContain('hunter2')
  })

  it('has a secret in a file as it is when it is wanted, and the last one while the file is away', () => {
    const token = join(home, 'token')
    writeFileSync(token, 'first\n')
    const { kafka } = load('kafka: { sasl: { mechanism: OAUTHBEARER, token: { file: token } } }').config
    const reveal = () => (kafka.sasl?.mechanism === 'OAUTHBEARER' ? kafka.sasl.token.reveal() : '')
    expect(reveal()).toBe('first')
    writeFileSync(token, 'second\n')
    expect(reveal()).toBe('second')
    // As it is for a moment while somebody writes it anew.
    writeFileSync(token, '')
    expect(reveal()).toBe('second')
    rmSync(token)
    expect(reveal()).toBe('second')
  })

  it('takes no byte order mark for a part of a secret', () => {
    writeFileSync(join(home, 'marked'), '\ufeffhunter2\r\n')
    const { sasl } = load('kafka: { sasl: { mechanism: OAUTHBEARER, token: { file: marked } } }').config.kafka
    expect(sasl?.mechanism === 'OAUTHBEARER' && sasl.token.reveal()).toBe('hunter2')
  })

  it('keeps jobs for any time', () => {
    const days90 = 90 * 24 * 3_600_000
    const { sinks } = load(
      `sinks: [{ type: bullmq, queue: q, keepCompletedMs: ${days90}, keepFailedMs: ${days90} }]`,
    ).config
    expect(sinks).toMatchObject([{ keepCompletedMs: days90, keepFailedMs: days90 }])
  })

  it('turns TLS on with one word', () => {
    expect(load('kafka: { tls: true }').config.kafka.tls).toEqual({})
  })
})

describe('flags and variables', () => {
  it('override the file, and flags the variables', () => {
    const yaml = 'kafka: { brokers: file:1, clientId: file, connectTimeoutMs: 1 }'
    const { kafka } = load(
      yaml,
      { brokers: 'flag:3' },
      { KOFF_BROKERS: 'variable:2', KOFF_CLIENT_ID: 'variable' },
    ).config
    expect(kafka.brokers).toEqual(['flag:3'])
    expect(kafka.clientId).toBe('variable')
    expect(kafka.connectTimeoutMs).toBe(1)
  })

  it('stand in for a variable of the file that is not set', () => {
    expect(load('kafka: { brokers: "${NOWHERE}" }', { brokers: 'flag:3' }).config.kafka.brokers).toEqual(['flag:3'])
  })

  it('complete a section of the file', () => {
    const { sasl, tls } = load(
      'kafka: { sasl: { mechanism: PLAIN, username: koff }, tls: { servername: a } }',
      { tls: true },
      { KOFF_SASL_PASSWORD: 'hunter2' },
    ).config.kafka
    expect(sasl).toMatchObject({ mechanism: 'PLAIN', username: 'koff' })
    expect(tls).toEqual({ servername: 'a' })
  })

  it('are called by their names when they are wrong', async () => {
    expect(await faultsOf(() => load('name: a b', { brokers: 'a:9092,b:x', 'sasl-mechanism': 'SCRAM' }))).toEqual([
      '--brokers: must be host:port',
      '--sasl-mechanism: unknown "SCRAM"; did you mean SCRAM-SHA-256? known: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER',
      'koff.yaml:1: name: must be 1 to 100 letters, digits, dots, underscores or hyphens',
    ])
    const settings = settingsFrom({ KOFF_CONNECT_TIMEOUT_MS: '0', KOFF_TLS_CA: join(home, 'nowhere.pem') }, {})
    expect(await faultsOf(() => loadConfig({ settings, variables }))).toEqual([
      'KOFF_CONNECT_TIMEOUT_MS: must be at least 1',
      'KOFF_TLS_CA: nowhere.pem cannot be read: no such file or directory',
    ])
  })

  it('are named when one of them is missing and there is no file', async () => {
    const settings = settingsFrom({}, { 'sasl-mechanism': 'PLAIN' })
    expect(await faultsOf(() => loadConfig({ settings, variables }))).toEqual([
      '--sasl-username or KOFF_SASL_USERNAME: missing',
      'KOFF_SASL_PASSWORD or --sasl-password-file or KOFF_SASL_PASSWORD_FILE: missing',
    ])
  })

  it('count as not set when they are empty', () => {
    expect(settingsFrom({ KOFF_BROKERS: '' }, {})).toEqual([])
  })
})
