import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Registry, startRegistry } from '../servers/registry.ts'

/*
 * schemas/history holds the schema of every release, by number. Whoever wrote with one of them, and whoever reads with
 * one of them, must get along with the present one.
 */

const folder = new URL('../../schemas/', import.meta.url)
let registry: Registry

beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.stop())

test('the schema of every release, and then the present one, are fully compatible in a real registry', async () => {
  const versions = (await readdir(new URL('history/', folder)))
    .map(name => Number.parseInt(name, 10))
    .sort((a, b) => a - b)
  expect(versions).toEqual(versions.map((_, at) => at + 1))
  expect(versions.length).toBeGreaterThan(0)
  await requireFullCompatibility('events-value')
  for (const version of versions)
    expect(await register('events-value', await schema(`history/${version}.avsc`))).toBe(200)
  expect(await register('events-value', await schema('koff-event.avsc'))).toBe(200)
})

test.each<[string, (schema: Schema) => void]>([
  ['a field without a default', ({ fields }) => void fields.push({ name: 'shard', type: 'int' })],
  ['a further event type', ({ fields }) => branchesOf(fields).push({ type: 'record', name: 'Brand', fields: [] })],
  ['one event type less', ({ fields }) => void branchesOf(fields).pop()],
  ['a field of another type', ({ fields }) => Object.assign(fields[0] ?? {}, { type: 'int' })],
])('the registry would refuse %s', async (what, change) => {
  const subject = `${what.replaceAll(' ', '-')}-value`
  const changed = JSON.parse(await schema('koff-event.avsc')) as Schema
  change(changed)
  await requireFullCompatibility(subject)
  expect(await register(subject, await schema('koff-event.avsc'))).toBe(200)
  expect(await register(subject, JSON.stringify(changed))).toBe(409)
})

test('the registry takes a field that is nullable, or a list', async () => {
  const grown = JSON.parse(await schema('koff-event.avsc')) as Schema
  grown.fields.push({ name: 'note', type: ['null', 'string'], default: null })
  grown.fields.push({ name: 'tags', type: { type: 'array', items: 'string' }, default: [] })
  await requireFullCompatibility('grown-value')
  expect(await register('grown-value', await schema('koff-event.avsc'))).toBe(200)
  expect(await register('grown-value', JSON.stringify(grown))).toBe(200)
})

interface Schema {
  readonly fields: { readonly name: string; readonly type: unknown; readonly default?: unknown }[]
}

function branchesOf(fields: Schema['fields']): object[] {
  return fields.find(({ name }) => name === 'data')?.type as object[]
}

async function schema(path: string): Promise<string> {
  return readFile(new URL(path, folder), 'utf8')
}

async function requireFullCompatibility(subject: string): Promise<void> {
  expect(await send('PUT', `/config/${subject}`, { compatibility: 'FULL_TRANSITIVE' })).toBe(200)
}

/** The status of the answer: 200, or 409 where it is not compatible. */
async function register(subject: string, text: string): Promise<number> {
  return send('POST', `/subjects/${subject}/versions`, { schema: text })
}

async function send(method: string, path: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
  const response = await fetch(`${registry.url}${path}`, { method, headers, body: JSON.stringify(body) })
  await response.arrayBuffer()
  return response.status
}
