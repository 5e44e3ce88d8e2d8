import { readdir, readFile } from 'node:fs/promises'
import avsc from 'avsc'
import { describe, expect, test } from 'vitest'
import { version } from '../../src/base/version.ts'
import { avroSchema } from '../../src/events/avro.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import { eventRecord } from '../../src/events/eventRecord.ts'
import { groupState } from '../../src/events/groupState.ts'
import type { RecordSchema } from '../../src/events/schema.ts'

/*
 * schemas/history holds the schemas of every version. The present schemas must read what was written with any of them, and
 * the other way round. A version that is not out yet may be changed: `npm run docs -- --freeze`.
 */

const folder = new URL('../../schemas/history/', import.meta.url)
const versions = await readdir(folder)
const present = new Map<string, RecordSchema>([
  ...eventTypes.map(type => [`${type}.json`, eventRecord(type)] as const),
  ['group-state.json', groupState],
])

test('the schemas of this version are in the history, as they are', async () => {
  expect(versions).toContain(version())
  for (const [file, record] of present) {
    expect(await old(version(), file)).toEqual(JSON.parse(JSON.stringify(avroSchema(record))))
  }
})

test('no generator takes a schema of the history, whose record it has already', async () => {
  for (const of of versions) {
    expect((await readdir(new URL(of, folder))).filter(file => !file.endsWith('.json'))).toEqual([])
  }
})

describe.each(versions)('version %s', async of => {
  test.each(await readdir(new URL(of, folder)))('%s reads the present schema, and is read by it', async file => {
    const record = present.get(file)
    if (record === undefined) throw new Error(`there is no record of ${file} any more`)
    const before = avsc.Type.forSchema(await old(of, file))
    const now = avsc.Type.forSchema(avroSchema(record) as avsc.Schema)
    expect(() => now.createResolver(before)).not.toThrow()
    expect(() => before.createResolver(now)).not.toThrow()
  })
})

async function old(of: string, file: string): Promise<avsc.Schema> {
  return JSON.parse(await readFile(new URL(`${of}/${file}`, folder), 'utf8')) as avsc.Schema
}
