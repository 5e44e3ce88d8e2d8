import type { Fold } from '../engine/fold.ts'
import { type LagTime, lagTimeOf, worstLagTime } from '../state/conditions/lagTime.ts'
import { openConditions } from '../state/conditions/openConditions.ts'
import { shareLagOf } from '../state/conditions/shareLag.ts'
import { compareText, type Group, memberCount } from '../state/group/group.ts'
import { exists, type GroupSlot } from '../state/group/groupSlot.ts'
import { stateNow } from '../state/group/view.ts'
import type { Grain, GroupMetricName, GroupReport, GroupSeries } from './groupMetrics.ts'

export interface GroupSeriesOptions {
  readonly grain: Grain
  /** More series than that are left out: the finest first. */
  readonly maxSeries: number
  /** Which groups matter. */
  readonly wants: (group: string) => boolean
}

/** Looks the metrics of groups up, as they are now. */
export function groupReport(fold: Fold, { grain, maxSeries, wants }: GroupSeriesOptions): GroupReport {
  const partitionEnds = new Map<string, GroupSeries[]>()
  const groups = groupsOf(fold, wants)
  for (const { partitions } of groups) {
    if (grain !== 'partition') break
    for (const { topic, partition, latest, earliest } of partitions) {
      if (latest === null || earliest === null) continue
      const labels = [['topic', topic] as const, ['partition', String(partition)] as const]
      partitionEnds.set(`${partition} ${topic}`, [
        { metric: 'kafka_partition_latest_offset', labels, value: latest },
        { metric: 'kafka_partition_earliest_offset', labels, value: earliest },
      ])
    }
  }
  const all = [
    ...groups.flatMap(seriesOfGroup),
    ...(grain === 'group' ? [] : groups.flatMap(seriesOfTopics)),
    ...(grain === 'partition' ? [...groups.flatMap(seriesOfPartitions), ...[...partitionEnds.values()].flat()] : []),
  ]
  const series = all.length > maxSeries ? all.slice(0, maxSeries) : all
  return { cluster: fold.cluster, series, leftOut: all.length - series.length }
}

interface MeasuredPartition {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Null: not sampled. */
  readonly latest: number | null
  readonly earliest: number | null
  readonly lag: number | null
  readonly lagMs: LagTime | null
}

interface MeasuredGroup {
  readonly slot: GroupSlot
  readonly group: Group
  readonly partitions: MeasuredPartition[]
  readonly open: Map<string, number>
}

/** By name, so that a limit leaves the same groups out at each scrape. */
function groupsOf(fold: Fold, wants: (group: string) => boolean): MeasuredGroup[] {
  const groups: MeasuredGroup[] = []
  for (const { groups: slots, offsets } of fold.partitions.values()) {
    const { table } = offsets
    const found = new Map<GroupSlot, MeasuredGroup>()
    for (const slot of slots.values()) {
      const { group } = slot
      if (group === null || !exists(slot) || !wants(slot.name)) continue
      found.set(slot, { slot, group, partitions: [], open: new Map() })
    }
    for (let row = 0; row < table.index.capacity; row++) {
      if (!table.isPresent(row)) continue
      const measured = found.get(table.groupOf(row))
      if (measured === undefined) continue
      const topic = table.topicOf(row)
      const place = { topic: topic.name, partition: table.partitions[row] ?? 0, offset: Number(table.offsetOf(row)) }
      measured.partitions.push(measuredPartition(fold, place, topic))
    }
    for (const measured of found.values()) {
      if (measured.group.type === 'share') measured.partitions.push(...sharePartitions(fold, measured.slot.name))
    }
    for (const { group, type } of openConditions({ groups: slots, table })) {
      const open = found.get(group)?.open
      open?.set(type, (open.get(type) ?? 0) + 1)
    }
    groups.push(...found.values())
  }
  return groups.sort((a, b) => compareText(a.slot.name, b.slot.name))
}

type Place = Pick<MeasuredPartition, 'topic' | 'partition' | 'offset'>

function measuredPartition({ logEnds }: Fold, place: Place, slot: Parameters<Fold['logEnds']['topicOf']>[1]) {
  const topic = logEnds.topicOf(place.topic, slot)
  const id = topic === null || typeof topic === 'string' ? -1 : logEnds.idOf(topic, place.partition)
  if (id < 0 || !(place.offset >= 0)) return { ...place, latest: null, earliest: null, lag: null, lagMs: null }
  const latest = logEnds.ends[id] as number
  const earliest = logEnds.starts[id] as number
  const lag = Math.max(0, latest - Math.max(place.offset, earliest))
  return { ...place, latest, earliest, lag, lagMs: lagTimeOf(logEnds, id, place.offset, logEnds.times[id] as number) }
}

function sharePartitions({ shares, logEnds }: Fold, group: string): MeasuredPartition[] {
  return [...shares.of(group)].map(start => {
    const { topic, partition, startOffset: offset } = start
    const share = shareLagOf(start, logEnds)
    const { logEnd: latest = null, logStart: earliest = null, lag = null, lagMs = null } = share ?? {}
    return { topic, partition, offset, latest, earliest, lag, lagMs }
  })
}

function seriesOfGroup({ slot, group, partitions, open }: MeasuredGroup): GroupSeries[] {
  const series: GroupSeries[] = []
  const own = ['group', slot.name] as const
  const put = (metric: GroupMetricName, value: number | null, ...labels: (readonly [string, string])[]) => {
    if (value !== null) series.push({ metric, labels: [own, ...labels], value })
  }
  const sampled = partitions.filter(({ lag }) => lag !== null)
  if (sampled.length > 0) {
    put(
      'kafka_consumergroup_group_max_lag',
      sampled.reduce((most, { lag }) => Math.max(most, lag ?? 0), 0),
    )
    put(
      'kafka_consumergroup_group_sum_lag',
      sampled.reduce((sum, { lag }) => sum + (lag ?? 0), 0),
    )
    const time = sampled.map(({ lagMs }) => lagMs).reduce(worstLagTime)
    put('kafka_consumergroup_group_max_lag_seconds', seconds(time?.min))
    put('koff_group_max_lag_seconds_upper', sampled.length < partitions.length ? null : seconds(time?.max))
  }
  put('koff_group_members', memberCount(group))
  put('koff_group_state', 1, ['group_type', group.type], ['state', stateNow(slot, group)])
  const { rebalances = 0, churn = 0, durationMs = null } = slot.tally ?? {}
  put('koff_rebalances_total', rebalances)
  put('koff_member_churn_total', churn)
  const { minMs, maxMs } = slot.conditions?.classicDuration ?? { minMs: durationMs, maxMs: durationMs }
  put('koff_rebalance_duration_seconds', seconds(minMs), ['bound', 'min'])
  put('koff_rebalance_duration_seconds', seconds(maxMs), ['bound', 'max'])
  for (const [type, count] of open) put('koff_condition_open', count, ['type', type])
  return series
}

function seriesOfTopics({ slot, partitions }: MeasuredGroup): GroupSeries[] {
  const sums = new Map<string, number>()
  for (const { topic, lag } of partitions) if (lag !== null) sums.set(topic, (sums.get(topic) ?? 0) + lag)
  return [...sums].map(([topic, value]) => ({
    metric: 'kafka_consumergroup_group_topic_sum_lag',
    labels: [
      ['group', slot.name],
      ['topic', topic],
    ],
    value,
  }))
}

function seriesOfPartitions({ slot, partitions }: MeasuredGroup): GroupSeries[] {
  return partitions.flatMap(({ topic, partition, offset, lag, lagMs }) => {
    const labels = [['group', slot.name] as const, ['topic', topic] as const, ['partition', String(partition)] as const]
    const values: (readonly [GroupMetricName, number | null])[] = [
      ['kafka_consumergroup_group_offset', offset],
      ['kafka_consumergroup_group_lag', lag],
      ['kafka_consumergroup_group_lag_seconds', seconds(lagMs?.min)],
      ['koff_group_lag_seconds_upper', seconds(lagMs?.max)],
    ]
    return values.flatMap(([metric, value]) => (value === null ? [] : [{ metric, labels, value }]))
  })
}

function seconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : ms / 1000
}
