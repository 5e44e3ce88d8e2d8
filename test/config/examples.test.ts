import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KoffError } from '../../src/base/errors.ts'
import { type JsonSchema, plainConfigSchema } from '../../src/config/jsonSchema.ts'
import { loadConfig } from '../../src/config/load.ts'
import { runKoff } from '../commands/runKoff.ts'

const folder = new URL('../../config/', import.meta.url)
const fileOf = (name: string) => new URL(name, folder).pathname

let home: string
let variables: NodeJS.ProcessEnv

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'koff-examples-'))
  writeFileSync(join(home, 'password'), 'hunter2\n')
  for (const name of ['ca.pem', 'client.pem']) writeFileSync(join(home, name), '-----BEGIN CERTIFICATE-----\n')
  writeFileSync(join(home, 'client.key'), '-----BEGIN PRIVATE KEY-----\n')
  for (const name of ['registry-password', 'otlp-token', 'http-token']) writeFileSync(join(home, name), 'hunter2\n')
  variables = {
    KOFF_BROKERS: 'kafka-1.example.org:9093,kafka-2.example.org:9093',
    KAFKA_CA_FILE: join(home, 'ca.pem'),
    KAFKA_PASSWORD_FILE: join(home, 'password'),
    KAFKA_API_KEY: 'key',
    KAFKA_API_SECRET: 'hunter2',
    SCHEMA_REGISTRY_URL: 'https://registry.example.org',
    SCHEMA_REGISTRY_API_KEY: 'key',
    SCHEMA_REGISTRY_API_SECRET: 'hunter2',
    REDIS_URL: 'rediss://koff:hunter2@redis.example.org:6380/2',
  }
})
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

/** File → what it needs, and where the events go with it. */
const examples: Readonly<Record<string, { readonly needs: readonly string[]; readonly sinks: readonly string[] }>> = {
  'confluent-cloud.yaml': {
    needs: [
      'KOFF_BROKERS',
      'KAFKA_API_KEY',
      'KAFKA_API_SECRET',
      'SCHEMA_REGISTRY_URL',
      'SCHEMA_REGISTRY_API_KEY',
      'SCHEMA_REGISTRY_API_SECRET',
    ],
    sinks: ['kafka'],
  },
  'koff.example.yaml': { needs: [], sinks: ['stdout', 'kafka'] },
  'local.yaml': { needs: [], sinks: ['stdout'] },
  'redis-only.yaml': { needs: [], sinks: ['bullmq'] },
  'sasl-ssl.yaml': { needs: ['KOFF_BROKERS', 'SCHEMA_REGISTRY_URL'], sinks: ['kafka'] },
}

describe('an example configuration', () => {
  it('is here whenever it is in config/', () => {
    expect(
      readdirSync(folder)
        .filter(name => name.endsWith('.yaml'))
        .sort(),
    ).toEqual(Object.keys(examples))
  })

  it.each(Object.entries(examples))('%s loads, and no secret in it is shown', async (name, { sinks }) => {
    const { config } = loadConfig({ file: fileOf(name), variables })
    expect(config.sinks.map(({ type }) => type)).toEqual(sinks)
    const checked = await runKoff(['config', 'check', fileOf(name)], { variables })
    expect(checked).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.stringify(config) + checked.stdout).not.toContain('hunter2')
  })

  it.each(Object.entries(examples))('%s says which variables it needs', (name, { needs }) => {
    const present = { KAFKA_CA_FILE: join(home, 'ca.pem'), KAFKA_PASSWORD_FILE: join(home, 'password') }
    expect(unsetIn(() => loadConfig({ file: fileOf(name), variables: present }))).toEqual(needs)
  })
})

function unsetIn(load: () => unknown): string[] {
  try {
    load()
    return []
  } catch (error) {
    if (!(error instanceof KoffError)) throw error
    return error.message.split('\n').map(line => /\$\{(\w+)\} is not set/.exec(line)?.[1] ?? line)
  }
}

describe('the example with every key', () => {
  // A comment for people has one space after its #; what stands at its default has none, or more than one.
  const everything = readFileSync(fileOf('koff.example.yaml'), 'utf8').replaceAll(/^( *)#(?=[^ \n]|  )/gm, '$1')

  it('has them all', () => {
    const missing = keysOf(plainConfigSchema()).filter(key => !new RegExp(`\\b${key}\\b`).test(everything))
    expect(missing).toEqual([])
  })

  it('loads as a whole, comments and all', () => {
    const file = join(home, 'koff.yaml')
    writeFileSync(file, everything)
    const { config } = loadConfig({
      file,
      variables: {
        KEY_PASSPHRASE: 'a',
        KAFKA_PASSWORD: 'b',
        REDIS_PASSWORD: 'c',
        WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
        WEBHOOK_AUTHORIZATION: 'Bearer d',
      },
    })
    expect(config.kafka.sasl?.mechanism).toBe('SCRAM-SHA-512')
    expect(Object.keys(config.kafka.tls ?? {})).toHaveLength(6)
    expect(config.http).toMatchObject({ port: 9404, host: '127.0.0.1', public: false })
    expect(config.sinks.map(({ type }) => type)).toEqual(['stdout', 'kafka', 'bullmq', 'history', 'webhook'])
    expect(config.pipelines).toHaveLength(1)
  })
})

/** Names of keys, at any depth. */
function keysOf({ properties = {}, items, oneOf = [], anyOf = [] }: JsonSchema): string[] {
  const inside = [...Object.values(properties), ...(items === undefined ? [] : [items]), ...oneOf, ...anyOf]
  return [...new Set([...Object.keys(properties), ...inside.flatMap(keysOf)])]
}
