import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventTypes } from '../../src/events/definitions.ts'
import { eventLine } from '../../src/events/ndjson.ts'
import { newEvent } from '../../src/events/newEvent.ts'
import { anyUtf16, arbitraryEvent } from './arbitraryEvent.ts'

const rewound = newEvent({
  id: '3-17-0',
  type: 'offset-rewound',
  cluster: 'c1',
  group: 'orders',
  groupType: 'simple',
  time: 1_795_424_588_306,
  source: { partition: 3, offset: 17, timestamp: 1_795_424_588_306 },
  data: { topic: 't', partition: 0, from: 2n ** 63n - 1n, to: 5n },
})

test('an envelope is one line, data unwrapped, int64 a number while safe, else a string', () => {
  expect(eventLine(rewound)).toBe(
    '{"id":"3-17-0","type":"offset-rewound","cluster":"c1","group":"orders","groupType":"simple","time":1795424588306,' +
      '"severity":"warn","source":{"kind":"log","partition":3,"offset":17,"timestamp":1795424588306,' +
      '"after":null,"before":null,"sequence":null},"part":1,"parts":1,"truncated":false,' +
      '"data":{"topic":"t","partition":0,"from":"9223372036854775807","to":5}}\n',
  )
})

test.each([
  [2n ** 53n - 1n, 9007199254740991],
  [2n ** 53n, '9007199254740992'],
  [-(2n ** 53n) + 1n, -9007199254740991],
  [-(2n ** 63n), '-9223372036854775808'],
])('%s is written as %j', (from, written) => {
  expect(JSON.parse(eventLine({ ...rewound, data: { ...rewound.data, from } }))).toHaveProperty('data.from', written)
})

test('no event, whatever text it holds, breaks the line', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...eventTypes).chain(type => arbitraryEvent(type, anyUtf16)),
      event => {
        const line = eventLine(event)
        expect(line.indexOf('\n')).toBe(line.length - 1)
        expect(JSON.parse(line)).toMatchObject({ id: event.id, group: event.group })
      },
    ),
  )
})
