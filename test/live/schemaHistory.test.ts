import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Registry, startRegistry } from '../servers/registry.ts'

/*
 * What a registry answers to the schemas of every version (schemas/history), and to changes. The present schemas must read
 * what was written with any of them, and the other way round.
 */

const folder = new URL('../../schemas/', import.meta.url)
let registry: Registry

beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.stop())

test('the schemas of every version, and then the present ones, are fully compatible in a real registry', async () => {
  const versions = await readdir(new URL('history/', folder))
  expect(versions.length).toBeGreaterThan(0)
  for (const file of (await readdir(folder)).filter(name => name.endsWith('.avsc'))) {
    await requireFullCompatibility(file)
    const old = versions.map(version => schema(`history/${version}/${file.replace(/avsc$/, 'json')}`).catch(() => null))
    const texts = (await Promise.all(old)).filter(text => text !== null)
    expect(texts.length).toBeGreaterThan(0)
    for (const text of [...texts, await schema(file)]) expect(await register(file, text)).toBe(200)
  }
})

test.each<[string, (schema: Schema) => void]>([
  ['a field without a default', ({ fields }) => void fields.push({ name: 'shard', type: 'int' })],
  ['one field less', ({ fields }) => void fields.shift()],
  ['a field of another type', ({ fields }) => Object.assign(fields[0] ?? {}, { type: 'int' })],
])('the registry would refuse %s', async (what, change) => {
  const subject = what.replaceAll(' ', '-')
  const changed = JSON.parse(await schema('offset-stalled.avsc')) as Schema
  change(changed)
  await requireFullCompatibility(subject)
  expect(await register(subject, await schema('offset-stalled.avsc'))).toBe(200)
  expect(await register(subject, JSON.stringify(changed))).toBe(409)
})

test('the registry takes a field that is nullable, or a list, and a further symbol of an enum', async () => {
  const text = await schema('offset-stalled.avsc')
  const grown = JSON.parse(text.replace('"repeating"', '"slow","repeating"')) as Schema
  grown.fields.push({ name: 'note', type: ['null', 'string'], default: null })
  grown.fields.push({ name: 'tags', type: { type: 'array', items: 'string' }, default: [] })
  await requireFullCompatibility('grown')
  expect(await register('grown', text)).toBe(200)
  expect(await register('grown', JSON.stringify(grown))).toBe(200)
})

interface Schema {
  readonly fields: { readonly name: string; readonly type: unknown; readonly default?: unknown }[]
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
