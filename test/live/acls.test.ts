import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/commands/main.ts'
import { Interruption } from '../../src/terminal/shell.ts'
import { until } from '../clients/until.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'
import { type SecuredKafka, startSecuredKafka, unsecuredToken } from '../servers/securedKafka.ts'
import { firstCommit } from './firstCommit.ts'

/*
 * The tables of docs/security.md: each command works with what stands there, and without any one of it says which
 * operation on which resource is missing. Every case is a user of its own, and a deployment of that name.
 */

let secured: SecuredKafka
let registry: Registry
let folder: string
beforeAll(async () => {
  folder = await temporaryFolder('acls')
  ;[secured, registry] = await Promise.all([startSecuredKafka({ users: [] }), startRegistry()])
  await firstCommit(secured.kafka)
})
afterAll(async () => {
  await Promise.all([secured[Symbol.asyncDispose](), registry.stop()])
  await removeTemporary(folder)
})

const source = 'Read topic __consumer_offsets'

/** What `koff run` needs with a sink of type kafka, and a pipeline beside it. */
const service = (name: string) => [
  source,
  `Create topic ${name}.events`,
  `Write topic ${name}.events`,
  `Create topic ${name}.state`,
  `Read topic ${name}.state`,
  `Write topic ${name}.state`,
  `Write transactionalId ${name}-*`,
  `Read group ${name}.instances`,
  `Read topic ${name}.events`,
  `Read group ${name}.pipeline.*`,
]

test('docs/security.md lists the needed rights', async () => {
  const page = await readFile(new URL('../../docs/security.md', import.meta.url), 'utf8')
  const rows = page.split('\n').flatMap(line => {
    const [, operation, resource, name] =
      /^\| (Read|Write|Create) \| (topic|group|transactional id) `(.*?)`/.exec(line) ?? []
    return operation === undefined
      ? []
      : [`${operation} ${resource?.replace('transactional id', 'transactionalId')} ${name}`]
  })
  expect(rows).toEqual([source, ...service('koff')])
})

describe.each([
  { command: 'print', args: ['--until-end'], shows: '"group":"shipping"' },
  { command: 'record', args: ['--until-end', '-o', '-'], shows: '"keyBase64"' },
  { command: 'groups', args: [], shows: '"group":"shipping"' },
  { command: 'events', args: [], shows: '"group-snapshot"' },
])('koff $command', ({ command, args, shows }) => {
  test('needs to read the topic, and no more', async () => {
    await secured.allow(command, [source])
    expect(await outcome([command, ...args], { user: command, shows })).toBe('works')
    expect(await outcome([command, ...args], { user: `${command}-stranger`, shows })).toBe(
      'koff may not Describe topic __consumer_offsets',
    )
  })
})

test('a user with Describe only gets the missing right', async () => {
  await secured.allow('onlooker', ['Describe topic __consumer_offsets'])
  const what = await outcome(['print', '--until-end'], { user: 'onlooker', shows: '"group"' })
  expect(what).toBe('koff may not Read topic __consumer_offsets')
})

test('koff record notes where logs end of the topics that it may describe', async () => {
  await secured.allow('recorder', [source, 'Describe topic orders'])
  const args = ['record', '--until-end', '--sample-every', '1', '-o', '-']
  expect(await outcome(args, { user: 'recorder', shows: '"kind":"logEnd"' })).toBe('works')
})

describe('koff run', () => {
  test.concurrent('works with what it needs', async () => {
    expect(await serviceWith('service', service('service'))).toBe('works')
  })

  test.concurrent.each(service('x').map((grant, left) => [grant, left] as const))(
    'without "%s" says so',
    async (_, left) => {
      const name = `service-${left}`
      const all = service(name)
      const [operation = '', resource = '', of = ''] = (all[left] ?? '').split(' ')
      const said = await serviceWith(name, all.toSpliced(left, 1))
      expect(said).toMatch(missing({ operation, resource, of }))
    },
  )
})

/** Of a topic that koff may not even see it cannot tell more than that. */
function missing({ operation, resource, of }: Readonly<Record<'operation' | 'resource' | 'of', string>>): RegExp {
  const operations = of === '__consumer_offsets' ? 'Describe' : operation
  const kind = resource.replace('transactionalId', 'transactional id')
  return new RegExp(`^koff may not ${operations} ${kind} ${of.replaceAll('.', '\\.').replace('*', '\\S+')}$`)
}

async function serviceWith(name: string, grants: readonly string[]): Promise<string> {
  await secured.allow(name, grants)
  const file = join(folder, `${name}.yaml`)
  const sinks = [{ type: 'kafka', topic: `${name}.events`, registry: { url: registry.url } }, { type: 'stdout' }]
  await writeFile(file, JSON.stringify({ name, sinks }))
  return outcome(['run', '-c', file], { user: name, shows: '"group-snapshot"' })
}

/** Runs koff as that user until it shows what it should, or says what it may not; gives `works`, or that. */
async function outcome(args: readonly string[], { user, shows }: { user: string; shows: string }): Promise<string> {
  const stopping = new AbortController()
  const said = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof said) => new PassThrough().on('data', chunk => (said[name] += String(chunk)))
  const running = main(args, {
    stdin: Readable.from([]),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    variables: {
      KOFF_BROKERS: secured.sasl,
      KOFF_TLS_CA: secured.certificates.broker.certFile,
      KOFF_SASL_MECHANISM: 'OAUTHBEARER',
      KOFF_SASL_TOKEN: unsecuredToken(user),
    },
    signal: stopping.signal,
  })
  const what = () => (said.stdout.includes(shows) ? 'works' : (/koff may not [^;,"]*/.exec(said.stderr)?.[0] ?? ''))
  try {
    return await until({
      what: `something from ${user}`,
      ask: async () => what(),
      good: text => text !== '',
      withinMs: 60_000,
    })
  } catch (error) {
    throw new Error(`${String(error)}\n${said.stderr}`, { cause: error })
  } finally {
    stopping.abort(new Interruption(143))
    await running
  }
}
