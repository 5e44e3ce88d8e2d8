/** How fine the metrics of groups are. Each grain has what the coarser ones have, too. */
export const grains = ['group', 'topic', 'partition'] as const
export type Grain = (typeof grains)[number]

interface GroupMetric {
  readonly kind: 'gauge' | 'counter'
  readonly help: string
  /** From which grain on it is there. */
  readonly grain: Grain
  /** Beside `cluster_name`. */
  readonly labels: readonly string[]
}

const ofGroup = ['group'] as const
const ofTopic = ['group', 'topic'] as const
const ofPartition = ['group', 'topic', 'partition'] as const

/**
 * Metrics of groups, off unless the configuration asks for them. The names without `koff_` are those that
 * kafka-lag-exporter, klag-exporter and Conduktor share.
 */
export const groupMetrics = {
  kafka_consumergroup_group_max_lag: {
    kind: 'gauge',
    grain: 'group',
    labels: ofGroup,
    help: 'Records that the group has not read in the partition where it is furthest behind.',
  },
  kafka_consumergroup_group_sum_lag: {
    kind: 'gauge',
    grain: 'group',
    labels: ofGroup,
    help: 'Records that the group has not read, over all its partitions.',
  },
  kafka_consumergroup_group_max_lag_seconds: {
    kind: 'gauge',
    grain: 'group',
    labels: ofGroup,
    help: 'Age of the oldest record that the group has not read, at least.',
  },
  koff_group_max_lag_seconds_upper: {
    kind: 'gauge',
    grain: 'group',
    labels: ofGroup,
    help: 'The same, at most; absent where koff does not know it of each partition.',
  },
  koff_group_members: { kind: 'gauge', grain: 'group', labels: ofGroup, help: 'Members of the group.' },
  koff_group_state: {
    kind: 'gauge',
    grain: 'group',
    labels: ['group', 'group_type', 'state'],
    help: 'Always 1; the state of the group as Kafka names it.',
  },
  koff_rebalances_total: {
    kind: 'counter',
    grain: 'group',
    labels: ofGroup,
    help: 'Rebalances that completed since this instance owns the group.',
  },
  koff_rebalance_duration_seconds: {
    kind: 'gauge',
    grain: 'group',
    labels: ['group', 'bound'],
    help: 'How long the last rebalance took, at least (`min`) and at most (`max`). Of a classic group samples tell it.',
  },
  koff_member_churn_total: {
    kind: 'counter',
    grain: 'group',
    labels: ofGroup,
    help: 'Members that joined or left since this instance owns the group.',
  },
  koff_condition_open: {
    kind: 'gauge',
    grain: 'group',
    labels: ['group', 'type'],
    help: 'Conditions of the group that are open, by the type of the event that opened them; absent where none is.',
  },
  kafka_consumergroup_group_topic_sum_lag: {
    kind: 'gauge',
    grain: 'topic',
    labels: ofTopic,
    help: 'Records that the group has not read, over the partitions of the topic.',
  },
  kafka_consumergroup_group_offset: {
    kind: 'gauge',
    grain: 'partition',
    labels: ofPartition,
    help: 'Committed offset; of a share group its start offset.',
  },
  kafka_consumergroup_group_lag: {
    kind: 'gauge',
    grain: 'partition',
    labels: ofPartition,
    help: 'Records that the group has not read.',
  },
  kafka_consumergroup_group_lag_seconds: {
    kind: 'gauge',
    grain: 'partition',
    labels: ofPartition,
    help: 'Age of the first record that the group has not read, at least; absent where it is not known.',
  },
  koff_group_lag_seconds_upper: {
    kind: 'gauge',
    grain: 'partition',
    labels: ofPartition,
    help: 'The same, at most; absent where it is not known.',
  },
  kafka_partition_latest_offset: {
    kind: 'gauge',
    grain: 'partition',
    labels: ['topic', 'partition'],
    help: 'Where the log of the partition ends (the high watermark), of partitions that groups commit to.',
  },
  kafka_partition_earliest_offset: {
    kind: 'gauge',
    grain: 'partition',
    labels: ['topic', 'partition'],
    help: 'Where the log of the partition starts, of partitions that groups commit to.',
  },
} as const satisfies Readonly<Record<string, GroupMetric>>

export type GroupMetricName = keyof typeof groupMetrics

/** One value of a metric of groups. */
export interface GroupSeries {
  readonly metric: GroupMetricName
  /** Without `cluster_name`, in the order of the definition. */
  readonly labels: readonly (readonly [name: string, value: string])[]
  readonly value: number
}

/** The metrics of groups at one moment. */
export interface GroupReport {
  /** `cluster_name` of all of them. */
  readonly cluster: string
  readonly series: readonly GroupSeries[]
  /** How many more there are beyond the limit. */
  readonly leftOut: number
}
