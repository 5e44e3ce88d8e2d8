import { type CloudEventV1, HTTP } from 'cloudevents'
import { expect, test } from 'vitest'
import { eventLine } from '../../../src/events/ndjson.ts'
import { contentOf } from '../../../src/sinks/webhook/message.ts'
import { events } from '../events.ts'

/* Read by the SDK of CloudEvents. */
function read({ headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string }) {
  const found = HTTP.toEvent({ headers: { ...headers }, body })
  return (Array.isArray(found) ? found : [found]) as CloudEventV1<object>[]
}

const all = events(7)
const asWritten = all.map(event => JSON.parse(eventLine(event)) as object)

test.each(['structured', 'binary'] as const)('the SDK of CloudEvents reads an event in the mode %s', mode => {
  for (const [at, event] of all.entries()) {
    const content = contentOf([event], mode)
    const [found] = read(content)
    expect(content.id).toBe(event.id)
    expect(found).toMatchObject({
      specversion: '1.0',
      id: event.id,
      type: `dev.koff.${event.type}`,
      source: '/clusters/c1/topics/__consumer_offsets',
      datacontenttype: 'application/json',
      severitytext: 'INFO',
    })
    expect(new Date(found?.time ?? '').getTime()).toBe(event.time)
    const data: unknown = found?.data
    expect(typeof data === 'string' ? (JSON.parse(data) as unknown) : data).toEqual(asWritten[at])
  }
})

test('the SDK of CloudEvents reads a batch, in order', () => {
  const found = read(contentOf(all, 'batched'))
  expect(found.map(({ id, subject }) => [id, subject])).toEqual(all.map(({ id, group }) => [id, group]))
  expect(found.map(({ data }) => data)).toEqual(asWritten)
})

test('the id of a batch is a function of its events', () => {
  const idOf = (count: number) => contentOf(events(count), 'batched').id
  expect(idOf(5)).toBe(idOf(5))
  expect(idOf(5)).not.toBe(idOf(6))
  expect(idOf(5)).toMatch(/^batch-[\da-f]{32}$/)
})

test('no text of a group can end a header or add one', () => {
  const [event] = all
  if (event === undefined) throw new Error('no event')
  const hostile = 'a\r\nx-evil: 1 "é%\u{1F389}\ud800'
  const { headers } = contentOf([{ ...event, group: hostile }], 'binary')
  expect(headers['ce-subject']).toBe('a%0D%0Ax-evil:%201%20%22%C3%A9%25%F0%9F%8E%89%EF%BF%BD')
  for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]+$/)
})
