import { describe, expect, it } from 'vitest'
import type { Grain } from '../../src/telemetry/groupMetrics.ts'
import { groupReport } from '../../src/telemetry/groupSeries.ts'
import { groupText } from '../../src/web/groupText.ts'
import { member, World } from '../state/conditions/world.ts'
import { exposition } from '../web/exposition.ts'

const options = (grain: Grain) => ({ grain, maxSeries: 1_000, wants: () => true })
const textOf = (world: World, grain: Grain) => groupText(groupReport(world.fold, options(grain)))

/** A classic group that is behind in one of two partitions, and a simple one. */
function busy(): World {
  const w = new World({ lagThreshold: 10, lagForMs: 0 }).generation(1, member('a', [0, 1]))
  w.commit({ 0: 5, 1: 10 }).commit({ 0: 1 }, 'job').sample({ 0: 10, 1: 10 }).wait(10)
  return w.sample({ 0: 40, 1: 10 }).wait(10).sample({ 0: 40, 1: 10 })
}

describe('metrics of groups', () => {
  it('by group: lag, age of what is not read, members, state, rebalances, conditions', () => {
    const { value } = exposition(textOf(busy(), 'group'))
    const of = (name: string, labels = {}) => value(name, { cluster_name: 'c', group: 'g', ...labels })
    expect(of('kafka_consumergroup_group_max_lag')).toBe(35)
    expect(of('kafka_consumergroup_group_sum_lag')).toBe(35)
    // The record at 5 was there at the first sample, 20 s before the last one.
    expect(of('kafka_consumergroup_group_max_lag_seconds')).toBe(20)
    expect(of('koff_group_max_lag_seconds_upper')).toBeNaN()
    expect(of('koff_group_members')).toBe(1)
    expect(of('koff_group_state', { group_type: 'classic', state: 'Stable' })).toBe(1)
    expect(of('koff_rebalances_total')).toBe(1)
    expect(of('koff_member_churn_total')).toBe(1)
    expect(of('koff_condition_open', { type: 'lag-exceeded' })).toBe(1)
    expect(textOf(busy(), 'group')).not.toContain('topic=')
  })

  it('by topic also the lag of each topic, by partition also offsets, lag and log ends', () => {
    const byTopic = textOf(busy(), 'topic')
    expect(byTopic).toContain('kafka_consumergroup_group_topic_sum_lag{cluster_name="c",group="g",topic="orders"} 35\n')
    expect(byTopic).not.toContain('partition=')
    const byPartition = textOf(busy(), 'partition')
    const place = 'topic="orders",partition="0"'
    for (const line of [
      `kafka_consumergroup_group_offset{cluster_name="c",group="g",${place}} 5`,
      `kafka_consumergroup_group_lag{cluster_name="c",group="g",${place}} 35`,
      `kafka_consumergroup_group_lag_seconds{cluster_name="c",group="g",${place}} 20`,
      `kafka_partition_latest_offset{cluster_name="c",${place}} 40`,
      `kafka_partition_earliest_offset{cluster_name="c",${place}} 0`,
    ])
      expect(byPartition).toContain(`${line}\n`)
    expect(exposition(byPartition).complaints()).toEqual([])
  })

  it('have how long a classic rebalance took as an interval, where samples tell it', () => {
    const w = new World()
      .generation(1, member('a', [0]))
      .wait(5)
      .listed(null)
      .wait(5)
      .listed('PreparingRebalance')
    const { value } = exposition(textOf(w, 'group'))
    expect(
      value('koff_group_state', { cluster_name: 'c', group: 'g', group_type: 'classic', state: 'PreparingRebalance' }),
    ).toBe(1)
    const after = exposition(textOf(w.wait(3).generation(2, member('a', [0])), 'group'))
    const of = (bound: string) =>
      after.value('koff_rebalance_duration_seconds', { cluster_name: 'c', group: 'g', bound })
    expect([of('min'), of('max')]).toEqual([3, 8])
  })

  it('leave the finest out first where there are too many, and say how many', () => {
    const all = groupReport(busy().fold, options('partition'))
    const { series, leftOut } = groupReport(busy().fold, { ...options('partition'), maxSeries: 20 })
    expect(series).toEqual(all.series.slice(0, 20))
    expect(leftOut).toBe(all.series.length - 20)
    expect(series.some(({ metric }) => metric === 'kafka_partition_latest_offset')).toBe(false)
  })

  it('have nothing of a group that is gone, nor of one that the configuration leaves out', () => {
    const w = busy()
    expect(textOf(w, 'partition')).toContain('group="g"')
    w.batch(w.tombstone()).commit({ 0: null, 1: null })
    expect(textOf(w, 'partition')).not.toContain('group="g"')
    const { series } = groupReport(w.fold, { ...options('partition'), wants: name => name !== 'job' })
    expect(series).toEqual([])
  })

  it('escape what a group may be called', () => {
    const w = new World().commit({ 0: 1 }, 'a"b\\c\nd')
    expect(textOf(w, 'group')).toContain('group="a\\"b\\\\c\\nd"')
  })
})
