import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventData, type EventType, eventTypes, severityOf } from '../../../src/events/definitions.ts'
import type { KoffEvent } from '../../../src/events/envelope.ts'
import type { Member, TopicPartitions } from '../../../src/events/shapes.ts'
import { lineFormatter } from '../../../src/terminal/events/line.ts'
import { allInk } from '../../../src/terminal/ink.ts'
import { noInk } from '../../../src/terminal/noInk.ts'
import { anyUtf16, arbitraryEvent } from '../../events/arbitraryEvent.ts'

const classic: Member = {
  id: 'orders-1-3f2a8c21-0d5e-4f6e-9a55-7d2a3c1b0e9f',
  instanceId: null,
  clientId: 'orders-1',
  host: '/10.0.0.5',
  rack: null,
  subscription: { topics: ['orders', 'payments'], regex: null },
}
const consumer: Member = {
  ...classic,
  id: '7f9GL0kXTvGJ0Rz2mKq5yw',
  rack: 'eu-1a',
  subscription: { topics: [], regex: '^orders.*' },
}
const fixed: Member = { ...classic, instanceId: 'pod-0', subscription: null }
const ref = (memberId: string) => ({ memberId, clientId: 'orders-1' })
const held = (topic: string, ...partitions: number[]): TopicPartitions => ({
  topic,
  topicId: null,
  subtopology: null,
  partitions,
})

test.each([
  said(
    'group-snapshot',
    '1 member · epoch 5 · consumer · range · 12 committed offsets · orders-1/3f2a8c21 orders[0-2,7]',
    {
      epoch: 5,
      protocolType: 'consumer',
      protocol: 'range',
      leader: classic.id,
      members: [{ ...classic, held: [held('orders', 0, 1, 2, 7)] }],
      committedOffsets: 12,
    },
  ),
  said('group-created', '', { protocolType: null }),
  said('group-created', '', { protocolType: '' }),
  said('group-created', 'protocol type connect', { protocolType: 'connect' }),
  said('group-migrated', 'classic → consumer at epoch 3', { from: 'classic', to: 'consumer', epoch: 3 }),
  said('group-emptied', 'last: orders-1/3f2a8c21, pod-0 · epoch 3', { lastMembers: [classic, fixed], epoch: 3 }),
  said('group-revived', 'after 3 min 20 s without members', { emptyForMs: 200_000 }),
  said('group-revived', '', { emptyForMs: null }),
  said('group-deleted', 'last epoch 4 · 1 offset deleted', { lastEpoch: 4, offsetsDeleted: 1 }),
  said('member-joined', 'orders-1/3f2a8c21 (host 10.0.0.5) · subscribes to orders, payments', { member: classic }),
  said('member-joined', 'orders-1/7f9GL0kX (host 10.0.0.5, rack eu-1a) · subscribes to /^orders.*/', {
    member: consumer,
  }),
  said('member-left', 'pod-0 (client orders-1, host 10.0.0.5) · held orders[3] payments[0-1]', {
    member: fixed,
    held: [held('orders', 3), held('payments', 0, 1)],
  }),
  said('member-left', 'pod-0 (client orders-1, host 10.0.0.5) · held subtopology 1[0-2] 3vYp…[4] ?[5]', {
    member: fixed,
    held: [
      { topic: null, topicId: null, subtopology: '1', partitions: [0, 1, 2] },
      { topic: null, topicId: '3vYp…', subtopology: null, partitions: [4] },
      { topic: null, topicId: null, subtopology: null, partitions: [5] },
    ],
  }),
  said('member-replaced', 'pod-0: pod-0/64950aba → J8TnLepe · from another host', {
    instanceId: 'pod-0',
    from: 'pod-0-64950aba-70c3-4a3f-8f5c-1d2e3f4a5b6c',
    to: 'J8TnLepeT8-NO5YTy3jvTA',
    hostChanged: true,
  }),
  said('member-suspended', 'pod-0 (client orders-1, host 10.0.0.5)', { member: fixed, held: [] }),
  said('member-changed', 'orders-1/7f9GL0kX: host is now 10.0.0.5, subscribes to /^orders.*/ now', {
    member: consumer,
    changes: ['host', 'subscription'],
  }),
  said('member-left', 'pod-0 (client orders-1, host 10.0.0.5) · held (assignment not readable)', {
    member: fixed,
    held: null,
  }),
  said('rebalance-started', '4 → 5', { epochBefore: 4, epochAfter: 5, seenBy: 'record' }),
  said('rebalance-started', 'from 4', { epochBefore: 4, epochAfter: null, seenBy: 'sample' }),
  said('rebalance', '3 → 5 in 1.2 s · 2 members · 2 partitions moved: m1 +orders[0-1], orders-1/m2 −orders[0-1]', {
    epochBefore: 3,
    epochAfter: 5,
    protocol: null,
    leader: null,
    memberCount: 2,
    durationMs: 1_234,
    moved: 2,
    changes: [
      { memberId: 'm1', clientId: 'm1', gained: [held('orders', 0, 1)], lost: [] },
      { memberId: 'm2', clientId: 'orders-1', gained: [], lost: [held('orders', 0, 1)] },
    ],
    unreadable: [],
  }),
  said('rebalance', 'to 5 · 1 member · assignment not readable: m1', {
    epochBefore: null,
    epochAfter: 5,
    protocol: 'range',
    leader: 'm1',
    memberCount: 1,
    durationMs: null,
    moved: null,
    changes: null,
    unreadable: ['m1'],
  }),
  said('assignor-changed', 'range → cooperative-sticky', { from: 'range', to: 'cooperative-sticky' }),
  said('leader-changed', 'a → b', { from: 'a', to: 'b' }),
  said('offset-committed', 'orders[3] 1,200 → 1,250 (+50) · in a transaction · metadata "\\u001b[2J"', {
    topic: 'orders',
    partition: 3,
    offset: 1_250,
    previous: 1_200,
    metadata: '\u001b[2J',
    leaderEpoch: 1,
    transactional: true,
  }),
  said('offset-rewound', 'orders[3] 9,223,372,036,854,775,807 → 900 (−9,223,372,036,854,774,907)', {
    topic: 'orders',
    partition: 3,
    from: 2n ** 63n - 1n,
    to: 900,
  }),
  said('offset-reset', 'orders[3] 900 → 1,000 (+100) · by whom is not in the log', {
    topic: 'orders',
    partition: 3,
    from: 900,
    to: 1_000,
    direction: 'forward',
  }),
  said('offset-deleted', 'orders[3] was 900 · with its group', {
    topic: 'orders',
    partition: 3,
    lastOffset: 900,
    cause: 'group-deleted',
  }),
  said('topic-recreated', 'orders is another topic now: a → b · seen in partition 3', {
    topic: 'orders',
    partition: 3,
    from: 'a',
    to: 'b',
  }),
  said(
    'offset-stalled',
    'orders[3] at 10, 90 behind · no commit comes · owned by pod-0 (client orders-1, host 10.0.0.5)',
    {
      topic: 'orders',
      partition: 3,
      offset: 10,
      logEnd: 100,
      lag: 90,
      lagMs: null,
      reason: 'silent',
      member: fixed,
    },
  ),
  said('offset-stalled', 'orders[3] at 10, 90 behind · the same commit keeps coming · nobody owns it', {
    topic: 'orders',
    partition: 3,
    offset: 10,
    logEnd: 100,
    lag: 90,
    lagMs: null,
    reason: 'repeating',
    member: null,
  }),
  said('offset-resumed', 'orders[3] after 2 h 5 min', {
    topic: 'orders',
    partition: 3,
    opened: 'x',
    durationMs: 7_512_000,
  }),
  said('lag-exceeded', '5,000 behind, threshold 1,000 · worst orders[3]: 4,000', {
    lag: 5_000,
    lagMs: null,
    threshold: 1_000,
    thresholdOf: 'records',
    worst: { topic: 'orders', partition: 3, lag: 4_000 },
  }),
  said('lag-exceeded', '12 behind for at least 20 min, threshold 15 min · worst orders[3]: 12', {
    lag: 12,
    lagMs: { min: 1_200_000, max: null, by: 'timestamp' },
    threshold: 900_000,
    thresholdOf: 'time',
    worst: { topic: 'orders', partition: 3, lag: 12 },
  }),
  said('lag-recovered', 'after 12 s', { opened: 'x', durationMs: 12_000 }),
  said('offset-out-of-range', 'orders[3] committed 3, the log has 100 to 1,200', {
    topic: 'orders',
    partition: 3,
    offset: 3,
    logStart: 100,
    logEnd: 1_200,
  }),
  said('offset-range-recovered', 'orders[3] after 1 d', {
    topic: 'orders',
    partition: 3,
    opened: 'x',
    durationMs: 86_400_000,
  }),
  said('rebalance-stuck', 'epoch 7 · waiting for pod-0', { epoch: 7, laggingMembers: [fixed] }),
  said('rebalance-resumed', 'epoch 7 after 850 ms', { epoch: 7, opened: 'x', durationMs: 850 }),
  said('rebalance-storm', '6 rebalances · came: orders-1/b · went: orders-1/c', {
    count: 6,
    joined: [ref('b')],
    left: [ref('c')],
  }),
  said('rebalance-settled', 'after 10 min', { opened: 'x', durationMs: 600_000 }),
  said('partition-unassigned', 'orders[3] has no owner', { topic: 'orders', partition: 3 }),
  said('partition-assigned', 'orders[3] after 9.9 s', {
    topic: 'orders',
    partition: 3,
    opened: 'x',
    durationMs: 9_900,
  }),
  said('assignment-skewed', 'orders-1/b 8, orders-1/a 1', {
    counts: [
      { ...ref('a'), partitions: 1 },
      { ...ref('b'), partitions: 8 },
    ],
  }),
  said('assignment-balanced', 'after 10 s', { opened: 'x', durationMs: 9_960 }),
  said('koff-caught-up', '__consumer_offsets[3] read up to 12,345: live from here', { partition: 3, position: 12_345 }),
  said('koff-undecodable', '__consumer_offsets[3] at 12 · type 3 · version 99 · no such version', {
    partition: 3,
    position: 12,
    typeId: 3,
    version: 99,
    error: 'no such version',
    key: '',
    value: null,
  }),
  said('koff-heartbeat', '__consumer_offsets[3] at 12 of 15 · 2 open transactions', {
    partition: 3,
    position: 12,
    logEnd: 15,
    openTransactions: 2,
  }),
])('%s is said as: %s', (type, text, severity, line) => {
  const headline = type.replaceAll('-', ' ').padEnd(20)
  const start = `── Tuesday, 24 November 2026, times in UTC ──\n03:04:05.006  ${severity.padEnd(5)}  orders-app    `
  expect(line.replace('Tuesday 24', 'Tuesday, 24')).toBe(`${`${start}${headline} ${text}`.trimEnd()}\n`)
})

describe('a line for people', () => {
  test('continues in indented lines on a narrow terminal, and breaks no word', () => {
    const member = {
      ...fixed,
      subscription: { topics: Array.from({ length: 9 }, (_, at) => `topic-${at}`), regex: null },
    }
    const event = eventOf('member-joined', { member })
    const line = lineFormatter({ ink: noInk, timeZone: 'UTC', width: () => 60 })({ ...event, group: 'g'.repeat(60) })
    expect(line.split('\n').slice(1)).toEqual([
      `03:04:05  info  ${'g'.repeat(10)}…${'g'.repeat(9)}  member joined  pod-0`,
      '                (client orders-1, host 10.0.0.5) ·',
      '                subscribes to topic-0, topic-1, topic-2,',
      '                topic-3, topic-4, topic-5, and 3 more',
      '',
    ])
  })

  test('marks late events, and gives the number of partitions that a large rebalance moved', () => {
    const partitions = Array.from({ length: 150 }, (_, at) => at)
    const changes = ['a', 'b', 'c', 'd', 'e'].map((memberId, at) => ({
      memberId,
      clientId: memberId,
      gained: at === 0 ? [held('orders', ...partitions)] : [],
      lost: at === 0 ? [] : [held('orders', ...partitions.slice(at * 10, at * 20))],
    }))
    const data = {
      epochBefore: 3,
      epochAfter: 5,
      protocol: null,
      leader: null,
      memberCount: 5,
      durationMs: null,
      moved: 150,
    }
    const event = eventOf('rebalance', { ...data, changes, unreadable: [] })
    const line = lineFormatter({ ink: noInk, timeZone: 'UTC' })
    expect(line(event, true)).toContain('03:04:05.006↑ info   orders-app    rebalance ')
    expect(line(event)).toContain('3 → 5 · 5 members · 150 partitions moved: a +150, e −40, d −30, and 2 more\n')
    expect(lineFormatter({ ink: noInk, timeZone: 'UTC', wide: true })(event)).toContain(
      'a +orders[0-149], b −orders[10-19]',
    )
  })

  test('has the day before it when a day begins, and keeps its columns when longer group ids come by', () => {
    const line = lineFormatter({ ink: noInk, timeZone: 'Asia/Tokyo' })
    const event = eventOf('group-created', { protocolType: null })
    const lines = [
      line({ ...event, group: 'グループ' }),
      line({ ...event, group: 'a-group-with-a-longer-id' }),
      line({ ...event, time: event.time + 12 * 3_600_000 }),
      line({ ...event, time: -1 }),
    ]
    expect(lines.join('').replaceAll(/(day|2026),? /g, '$1 ')).toBe(
      [
        '── Tuesday 24 November 2026 times in Asia/Tokyo, UTC+09:00 ──',
        '12:04:05.006  info   グループ      group created',
        '12:04:05.006  info   a-group-with-a-longer-id  group created',
        '── Wednesday 25 November 2026 ──',
        '00:04:05.006  info   orders-app                group created',
        'no time       info   orders-app                group created',
        '',
      ].join('\n'),
    )
  })

  test('has colours on a terminal, and says the same without them', () => {
    const event = eventOf('offset-rewound', { topic: 'orders', partition: 3, from: 5, to: 4 })
    const coloured = lineFormatter({ ink: allInk, timeZone: 'UTC' })(event)
    expect(coloured).toContain('\u001b[33mwarn  \u001b[39m')
    // oxlint-disable-next-line no-control-regex
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(lineFormatter({ ink: noInk, timeZone: 'UTC' })(event))
  })

  test.each(eventTypes)('is one line without a control character, whatever a %s holds', type => {
    fc.assert(
      fc.property(arbitraryEvent(type, anyUtf16), event => {
        const line = lineFormatter({ ink: noInk, timeZone: 'UTC' })({ ...event, time: -1 })
        expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
        expect(line.endsWith('\n') && line.isWellFormed()).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})

/** Type, text, severity and the whole line. */
function said<T extends EventType>(type: T, text: string, data: EventData<T>): [string, string, string, string] {
  return [type, text, severityOf(type), lineFormatter({ ink: noInk, timeZone: 'UTC' })(eventOf(type, data))]
}

function eventOf<T extends EventType>(type: T, data: EventData<T>): KoffEvent {
  const time = Date.UTC(2026, 10, 24, 3, 4, 5, 6)
  const source = { partition: 3, offset: 17, timestamp: time }
  const envelope = { id: '3-17-0', cluster: '', group: 'orders-app', groupType: 'classic', time, source }
  return { ...envelope, type, severity: severityOf(type), data } as unknown as KoffEvent
}
