import { describe, expect, it } from 'vitest'
import { shareLagOf } from '../../../src/state/conditions/shareLag.ts'
import { groupReport } from '../../../src/telemetry/groupSeries.ts'
import { shareRecords } from '../modernRecords.ts'
import { World } from './world.ts'

const { epoch, member, current } = shareRecords('s')

/** A share group with a member. */
function world(settings = {}): World {
  return new World(settings).batch(epoch(1), member('m', {}), current('m', { epoch: 1, state: 0, assigned: {} }))
}

/** Where the group stands, and where the log ends. */
function stand(w: World, startOffset: number, logEnd: number, lag?: number): World {
  w.input({
    kind: 'shareStart',
    group: 's',
    topic: 'orders',
    partition: 0,
    startOffset,
    ...(lag === undefined ? {} : { lag }),
    timestamp: w.now,
  })
  return w.sample({ 0: logEnd })
}

describe('a share group', () => {
  it('stalls where its start offset stands still while there are records that it has not acknowledged', () => {
    const w = stand(world(), 0, 5)
    w.every10(70, w => stand(w, 0, 9))
    expect(w.said).toEqual(['60 offset-stalled orders/0'])
    expect(w.conditions[0]?.data).toMatchObject({ offset: 0, logEnd: 9, lag: 9, reason: 'silent', member: null })
    stand(w.wait(10), 4, 9)
    expect(w.said).toEqual(['60 offset-stalled orders/0', '80 offset-resumed orders/0'])
    w.every10(80, w => stand(w, 4, 9))
    expect(w.said.at(-1)).toBe('140 offset-stalled orders/0')
    stand(w.wait(10), 4, 9, 0)
    expect(w.said.at(-1)).toBe('170 offset-resumed orders/0')
    expect(w.conditions.at(-1)?.data).toMatchObject({ durationMs: 90_000 })
  })

  it('does not stall while it has nothing to read, advances, or has no members', () => {
    const w = world()
    w.every10(120, (w, second) => stand(w, second, second + 5))
    w.every10(120, w => stand(w, 125, 125))
    expect(w.said).toEqual([])
    w.batch(current('m', null), member('m', null), epoch(2))
    w.every10(120, w => stand(w, 125, 130))
    expect(w.said).toEqual([])
  })

  it('has the age of the oldest record that is not acknowledged within its lag in time', () => {
    const w = stand(world(), 0, 0, 0)
    for (const logEnd of [10, 20, 30]) stand(w.wait(10), 0, logEnd, logEnd)
    // All but the last five are acknowledged, or the first five are not: both are possible.
    stand(w.wait(10), 0, 30, 5)
    const [start] = w.fold.shares.of('s')
    const lag = start && shareLagOf(start, w.fold.logEnds)
    expect(lag?.lagMs).toEqual({ min: 10_000, max: 40_000, by: 'samples' })
  })

  it('exceeds its lag by what its coordinator says of it', () => {
    const w = stand(world({ lagThreshold: 100, lagForMs: 0 }), 0, 500, 99)
    expect(w.said).toEqual([])
    stand(w.wait(10), 0, 500, 120)
    expect(w.conditions[0]?.data).toMatchObject({ lag: 120, worst: { topic: 'orders', partition: 0, lag: 120 } })
    stand(w.wait(10), 450, 500, 49)
    expect(w.said).toEqual(['10 lag-exceeded', '20 lag-recovered'])
  })

  it('keeps what is open over a restart, and closes it with the group', () => {
    const w = stand(world(), 0, 5)
    w.every10(70, w => stand(w, 0, 9))
    const next = w.restarted()
    next.every10(30, w => stand(w, 0, 9))
    expect(next.said).toEqual([])
    next.batch(current('m', null), member('m', null), epoch(null))
    expect(next.said).toEqual(['100 offset-resumed orders/0'])
  })

  it('is listed with its start offsets, its lag and the age of what it has not acknowledged, and measured by them', () => {
    const w = stand(world(), 0, 0)
    stand(w.wait(10), 0, 8, 3)
    const [view] = w.fold.groups()
    expect(view).toMatchObject({
      groupType: 'share',
      offsets: { orders: { 0: 0 } },
      lag: { orders: { 0: 3 } },
      logEnd: { orders: { 0: 8 } },
      lagMs: { orders: { 0: { min: 0, max: 10_000, by: 'samples' } } },
    })
    const { series } = groupReport(w.fold, { grain: 'partition', maxSeries: 100, wants: () => true })
    const valueOf = (name: string) => series.find(({ metric }) => metric === name)?.value
    expect(valueOf('kafka_consumergroup_group_lag')).toBe(3)
    expect(valueOf('kafka_consumergroup_group_sum_lag')).toBe(3)
    expect(valueOf('kafka_partition_latest_offset')).toBe(8)
  })
})
