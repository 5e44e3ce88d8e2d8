import type { KoffEvent } from '../../../src/events/envelope.ts'
import { noLagTime } from '../../../src/state/conditions/lagTime.ts'
import type { GroupView, MemberView } from '../../../src/state/group/view.ts'
import type { ShownCondition } from '../../../src/terminal/groups/openCondition.ts'

/** 2026-11-24 12:00 UTC. */
export const now = Date.UTC(2026, 10, 24, 12)

const uuid = (at: number) => `${String(at).padStart(8, '0')}-70c3-4a3f-8f5c-1d2e3f4a5b6c`

/** 40 members that share 300 partitions of two topics; one is behind. */
export function largeGroup(): GroupView {
  const group = 'payments-settlement-eu-west-1-production-consumer-group-blue'
  const topic = 'payments.settlement.requested.v3'
  const members = Array.from({ length: 40 }, (_, at): MemberView => {
    const partitions = Array.from({ length: 300 }, (_partition, partition) => partition).filter(p => p % 40 === at)
    const clientId = `settlement-worker-${at}`
    const member = { id: `${clientId}-${uuid(at)}`, instanceId: null, clientId, host: `/10.42.${at}.17`, epoch: 812 }
    const target = at === 3 ? partitions.slice(1) : partitions
    return { ...member, assignment: { [topic]: partitions }, targetAssignment: { [topic]: target } }
  })
  const of = (value: (partition: number) => number) =>
    Object.fromEntries(Array.from({ length: 300 }, (_, partition) => [String(partition), value(partition)]))
  return {
    group,
    groupType: 'consumer',
    epoch: 812,
    state: 'Reconciling',
    protocolType: 'consumer',
    protocol: 'uniform',
    leader: null,
    lastRebalanceAt: now - 200_000,
    members,
    offsets: { [topic]: of(partition => 1_000_000 + partition) },
    logEnd: { [topic]: of(partition => 1_000_000 + partition + (partition % 97 === 3 ? 12_345 : 0)) },
    lag: { [topic]: of(partition => (partition % 97 === 3 ? 12_345 : 0)) },
    lagMs: {
      [topic]: Object.fromEntries(
        Array.from({ length: 300 }, (_, partition) => {
          const isBehind = partition % 97 === 3
          return [String(partition), isBehind ? { min: 700_000, max: 710_000, by: 'samples' } : noLagTime]
        }),
      ),
    },
  }
}

/** Groups of all kinds; two whose long names differ in the middle only. */
export function fleet(): GroupView[] {
  const simple = (group: string, view: Partial<GroupView> = {}): GroupView => ({
    ...largeGroup(),
    group,
    groupType: 'classic',
    state: 'Stable',
    members: largeGroup().members.slice(0, 3),
    offsets: { orders: { 0: 5, 1: 7 } },
    lag: { orders: { 0: 0, 1: 4 } },
    logEnd: { orders: { 0: 5, 1: 11 } },
    lagMs: { orders: { 0: noLagTime, 1: { min: 12_000, max: null, by: 'samples' } } },
    ...view,
  })
  const { lag: _lag, logEnd: _logEnd, lagMs: _lagMs, ...unsampled } = simple('flink-job')
  return [
    largeGroup(),
    simple('payments-settlement-eu-west-1-production-refunds-group-blue', { groupType: 'streams', state: 'NotReady' }),
    simple('orders'),
    simple('nightly-report', { state: 'Empty', members: [], lastRebalanceAt: now - 90_000_000 }),
    { ...unsampled, groupType: 'simple', members: [], lastRebalanceAt: null },
    simple('日本語のグループ', { groupType: 'share', lastRebalanceAt: now - 12_000 }),
  ]
}

export function openIn(group: string): ShownCondition[] {
  const topic = 'payments.settlement.requested.v3'
  return [
    { group, type: 'offset-stalled', since: now - 720_000, topic, partition: 3 },
    { group, type: 'offset-stalled', since: now - 660_000, topic, partition: 100 },
    { group, type: 'rebalance-storm', since: now - 100_000, topic: null, partition: null },
    { group, type: 'assignment-skewed', since: now - 3_000_000, topic: null, partition: null },
  ]
}

/** A rebalance in which every member gained and lost. */
export function largeRebalance(at: number): KoffEvent<'rebalance'> {
  const { group, members } = largeGroup()
  const topic = 'payments.settlement.requested.v3'
  const partitionsOf = (from: number) =>
    Array.from({ length: 300 }, (_, partition) => partition).filter(partition => partition % 40 === from)
  const part = (partitions: readonly number[]) => [{ topic, topicId: null, subtopology: null, partitions }]
  const time = now - 200_000 - at * 60_000
  const changes = members.map(({ id, clientId }, member) => {
    const gained = partitionsOf((member + 1) % 40).slice(0, (member % 7) + 1)
    return { memberId: id, clientId, gained: part(gained), lost: part(partitionsOf(member)) }
  })
  return {
    id: `3-${900 - at}-0`,
    type: 'rebalance',
    cluster: '',
    group,
    groupType: 'consumer',
    time,
    severity: 'info',
    source: { kind: 'log', partition: 3, offset: 900 - at, timestamp: time, after: null, before: null, sequence: null },
    part: 1,
    parts: 1,
    truncated: false,
    data: {
      epochBefore: 811 - at,
      epochAfter: 812 - at,
      protocol: 'uniform',
      leader: null,
      memberCount: 40,
      durationMs: 3_456,
      moved: 300,
      changes,
      unreadable: [],
    },
  }
}
