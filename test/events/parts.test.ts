import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EventType, eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventLine } from '../../src/events/ndjson.ts'
import { dataParts, mostEventBytes } from '../../src/events/parts.ts'
import { arbitraryEvent } from './arbitraryEvent.ts'
import { mergeParts } from './mergeParts.ts'

/** The events of the parts; their lists of topics and partitions are as long as a shape says. */
function partsOf<T extends EventType>(event: KoffEvent<T>): readonly KoffEvent<T>[] {
  const parts = dataParts(event.type, event.data, event.group) ?? [{ data: event.data }]
  return parts.map(part => ({ ...event, ...part }))
}

const envelope = {
  id: '49-9007199254740991-1000000',
  cluster: '',
  group: 'g',
  groupType: 'consumer',
  time: 1_700_000_000_000,
  source: {
    kind: 'log',
    partition: 49,
    offset: 9_007_199_254_740_991,
    timestamp: 1_700_000_000_000,
    after: null,
    before: null,
    sequence: null,
  },
  part: 1,
  parts: 1,
  truncated: false,
} as const

interface Shape {
  readonly members: number
  readonly topics: number
  readonly partitions: number
  readonly areNamesKnown: boolean
}

const shape: fc.Arbitrary<Omit<Shape, 'areNamesKnown'>> = fc.oneof(
  fc.record({ members: fc.integer({ min: 1, max: 300 }), topics: fc.nat(20), partitions: fc.nat(20) }),
  fc.record({ members: fc.integer({ min: 1, max: 3 }), topics: fc.nat(3_000), partitions: fc.nat(10) }),
  fc.record({ members: fc.integer({ min: 1, max: 3 }), topics: fc.nat(3), partitions: fc.nat(200_000) }),
)

function held({ topics, partitions, areNamesKnown }: Shape) {
  return Array.from({ length: topics }, (_, n) => ({
    topic: areNamesKnown ? `topic-${n}-${'x'.repeat(n % 200)}` : null,
    topicId: `topic-id-${n}`.padEnd(22, '='),
    subtopology: null,
    partitions: Array.from({ length: partitions }, (_, partition) => partition),
  }))
}

function member(n: number, { topics }: Shape) {
  const names = Array.from({ length: topics }, (_, at) => `topic-${at}`)
  const subscription = n % 5 === 4 ? null : { topics: names, regex: null }
  return { id: `member-${n}`, instanceId: null, clientId: 'client', host: '/127.0.0.1', rack: null, subscription }
}

function rebalance(given: Shape): KoffEvent<'rebalance'> {
  const changes = Array.from({ length: given.members }, (_, n) => ({
    memberId: `member-${n}`,
    clientId: 'client',
    gained: held(given),
    lost: n % 2 === 0 ? held(given) : [],
  }))
  const counts = { epochBefore: 1, epochAfter: 2, memberCount: given.members, durationMs: null, moved: 7 }
  const data = {
    ...counts,
    protocol: null,
    leader: null,
    changes,
    unreadable: [],
  } as unknown as KoffEvent<'rebalance'>['data']
  return { ...envelope, type: 'rebalance', severity: 'info', data }
}

function emptied(given: Shape): KoffEvent<'group-emptied'> {
  const data = { epoch: 3, lastMembers: Array.from({ length: given.members }, (_, n) => member(n, given)) }
  return { ...envelope, type: 'group-emptied', severity: 'warn', data }
}

function left(given: Shape): KoffEvent<'member-left'> {
  return { ...envelope, type: 'member-left', severity: 'info', data: { member: member(1, given), held: held(given) } }
}

/** Of the only part. */
function dataOf(parts: ReturnType<typeof dataParts>): object {
  const [only] = parts ?? []
  if (only === undefined) throw new Error('not cut')
  return only.data
}

const makers = [rebalance, emptied, left] as const

function bytesOf(event: KoffEvent): number {
  return Buffer.byteLength(eventLine(event)) - 1
}

/** With every name or id of a topic 300 bytes long. */
function measured(event: KoffEvent): number {
  const text = eventLine(event).trimEnd()
  return Buffer.byteLength(
    text.replaceAll(/"topic-[^"]*"|"topic":null/g, found =>
      found.startsWith('"topic-') ? 'x'.repeat(300) : `"topic":${'x'.repeat(300)}`,
    ),
  )
}

describe('an event that is too large', () => {
  it('is cut into parts of 512 KiB at most, which together are the whole', () => {
    fc.assert(
      fc.property(fc.constantFrom(...makers), shape, fc.boolean(), (make, given, areNamesKnown) => {
        const event: KoffEvent = make({ ...given, areNamesKnown })
        const parts = partsOf(event)
        for (const [at, part] of parts.entries()) {
          expect(bytesOf(part)).toBeLessThanOrEqual(mostEventBytes)
          expect([part.part, part.parts, part.truncated]).toEqual([at + 1, parts.length, false])
        }
        expect(mergeParts(parts)).toEqual(event.data)
      }),
      { numRuns: 60 },
    )
  })

  it('has in each part as much as goes into it, and scalars of the whole', () => {
    fc.assert(
      fc.property(fc.constantFrom(...makers), shape, (make, given) => {
        const parts = partsOf<EventType>(make({ ...given, areNamesKnown: true }))
        for (const part of parts.slice(0, -1)) {
          // What is missing is the envelope's share, and at most one more element with what stands around it.
          expect(measured(part)).toBeGreaterThan(mostEventBytes - 2_000)
        }
        const scalars = parts.map(({ data }) => Object.values(data).filter(value => typeof value !== 'object'))
        for (const of of scalars) expect(of).toEqual(scalars[0])
      }),
      { numRuns: 60 },
    )
  })

  it('is cut at the same places where the names of topics are not known', () => {
    fc.assert(
      fc.property(fc.constantFrom(...makers), shape, (make, given) => {
        const [known, unknown] = [true, false].map(areNamesKnown =>
          partsOf<EventType>(make({ ...given, areNamesKnown })),
        )
        const anonymous = known?.map(part =>
          JSON.stringify(part.data, (key, value: unknown) => (key === 'topic' ? null : value)),
        )
        expect(anonymous).toEqual(unknown?.map(({ data }) => JSON.stringify(data)))
      }),
      { numRuns: 30 },
    )
  })

  it('is never one that is small', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...eventTypes).chain(type => arbitraryEvent(type)),
        event => {
          expect(dataParts(event.type, event.data, event.group)).toBeNull()
        },
      ),
    )
  })
})

describe('a text that is too long', () => {
  const long = (length: number, unit = 'x') => unit.repeat(length)

  it.each([
    ['plain', 'x'],
    ['escaped', '\u0001'],
    ['outside of the first plane', '𝔱'],
    ['half a pair', '\ud835'],
  ])('is shortened to 64 KiB of JSON, and that is said: %s', (_, unit) => {
    const data = {
      topic: 't',
      partition: 0,
      offset: 1,
      previous: null,
      metadata: long(70_000, unit),
      leaderEpoch: null,
      transactional: false,
    }
    const parts = dataParts('offset-committed', data, 'g')
    expect(parts).toHaveLength(1)
    const { metadata } = dataOf(parts) as { metadata: string }
    expect(data.metadata.startsWith(metadata)).toBe(true)
    expect(metadata.isWellFormed()).toBe(unit.isWellFormed())
    const bytes = Buffer.byteLength(JSON.stringify(metadata))
    expect(bytes).toBeLessThanOrEqual(64 * 1024)
    expect(bytes).toBeGreaterThan(64 * 1024 - 40)
    expect(parts?.[0]?.truncated).toBe(true)
  })

  it('of base64 can still be decoded', () => {
    const value = Buffer.alloc(100_000, 7).toString('base64')
    const data = { partition: 0, position: 1, typeId: null, version: null, error: 'e', key: null, value }
    const short = (dataOf(dataParts('koff-undecodable', data, '')) as { value: string }).value
    expect(short.length % 4).toBe(0)
    expect(Buffer.from(short, 'base64').every(byte => byte === 7)).toBe(true)
  })

  it('of 64 KiB of JSON is left as it is', () => {
    const data = {
      topic: 't',
      partition: 0,
      offset: 1,
      previous: null,
      metadata: long(64 * 1024 - 2),
      leaderEpoch: null,
      transactional: false,
    }
    expect(dataParts('offset-committed', data, 'g')).toBeNull()
  })

  it('is shortened further where those of one member would fill an event by themselves', () => {
    const text = long(40_000, '\u0001')
    const one = {
      id: text,
      instanceId: text,
      clientId: text,
      host: text,
      rack: text,
      subscription: { topics: ['t', 'u'], regex: text },
    }
    const parts = dataParts('member-joined', { member: one }, text)
    expect(parts).not.toBeNull()
    for (const part of parts ?? []) {
      const event = { ...envelope, group: text, type: 'member-joined', severity: 'info', ...part } as KoffEvent
      expect(bytesOf(event)).toBeLessThanOrEqual(mostEventBytes)
    }
  })
})
