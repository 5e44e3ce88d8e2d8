import { readFile } from 'node:fs/promises'
import { Parser } from '@asyncapi/parser'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { misfits } from '../../src/events/avroWriter.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import { eventRecord } from '../../src/events/eventRecord.ts'

const text = await readFile(new URL('../../schemas/koff.asyncapi.json', import.meta.url), 'utf8')
const document = JSON.parse(text) as {
  readonly channels: Readonly<Record<string, { readonly messages: object }>>
  readonly components: { readonly messages: Readonly<Record<string, Message>> }
}

interface Message {
  readonly headers?: object
  readonly examples: readonly { readonly name: string; readonly headers?: object; readonly payload: object }[]
}

test('its own parser finds nothing wrong in the document', async () => {
  const { document: parsed, diagnostics } = await new Parser().parse(text)
  // 0 and 1: errors and warnings.
  expect(diagnostics.filter(({ severity }) => [0, 1].includes(severity))).toEqual([])
  expect(parsed?.version()).toBe('3.0.0')
  expect(
    parsed
      ?.channels()
      .all()
      .map(channel => channel.id()),
  ).toEqual(['events', 'eventsOfType', 'groups', 'jobs'])
})

test('it has a message for every type of event', () => {
  expect(Object.keys(document.channels['events']?.messages ?? {})).toEqual(eventTypes)
})

// The parser does not hold examples against payloads.
describe.each(Object.entries(document.components.messages))('the examples of %s', (name, { headers, examples }) => {
  const ajv = new Ajv({ strict: false, validateFormats: false }).addSchema({ ...document, $id: 'doc' })
  const at = `doc#/components/messages/${name}`
  test.each(examples)('$name is what its schema says', ({ headers: given, payload }) => {
    const fits = ajv.compile({ $ref: `${at}/payload` })
    expect(fits(payload) ? [] : fits.errors).toEqual([])
    const headersFit = ajv.compile(headers === undefined ? {} : { $ref: `${at}/headers` })
    expect(headersFit(given ?? {}) ? [] : headersFit.errors).toEqual([])
  })
})

test.each(eventTypes)('the example of %s is an event that koff could write', type => {
  const { payload } = document.components.messages[type]?.examples[0] ?? {}
  expect(misfits(eventRecord(type), payload)).toEqual([])
})
