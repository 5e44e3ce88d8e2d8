import { describe, expect, it } from 'vitest'
import { streamsRecords } from '../modernRecords.ts'
import { consumer, isCondition, member, World } from './world.ts'

/** Partition 0 of `orders` is 20 records behind for ten minutes, and nothing is committed. */
const behind = (w: World, seconds = 600) => w.every10(seconds, w => w.sample({ 0: 120 }))
const stall = 'offset-stalled orders/0'
const types = (w: World) => w.said.map(line => line.replace(/^\S+ /, ''))

describe('a topic that no member of the group subscribes to any more', () => {
  it('is not stalled in a classic group', () => {
    const w = new World().generation(1, member('a', [0], { topics: ['orders', 'audit'] })).commit({ 0: 100 })
    w.wait(1).generation(2, member('a', [], { topics: ['audit'] }))
    expect(types(behind(w))).toEqual([])
  })

  it('is not stalled in a consumer group that names its topics', () => {
    const w = new World()
      .topic(1)
      .epoch(2, { a: consumer(2, [0]) })
      .commit({ 0: 100 })
    w.wait(1).epoch(3, { a: { epoch: 3, topics: ['audit'] } })
    expect(types(behind(w))).toEqual([])
  })

  it('is not stalled in a consumer group whose regular expression does not find it any more', () => {
    const w = new World()
      .topic(1)
      .regex('o.*', ['orders'])
      .epoch(2, { a: consumer(2, [0], { regex: 'o.*' }) })
      .commit({ 0: 100 })
    w.wait(1)
      .regex('a.*', ['audit'])
      .epoch(3, { a: { epoch: 3, regex: 'a.*' } })
    expect(types(behind(w))).toEqual([])
  })

  it('closes a stall that is open, with the next sample', () => {
    const w = new World().generation(1, member('a', [0])).commit({ 0: 100 })
    behind(w, 100)
    w.wait(1).generation(2, member('a', [], { topics: ['audit'] }))
    expect(behind(w).said).toEqual([`70 ${stall}`, '111 offset-resumed orders/0'])
  })

  it('is not lag of the group, and is not the worst partition', () => {
    const w = new World({ lagThreshold: 15, lagForMs: 20_000 })
    w.generation(1, member('a', [0])).commit({ 0: 100 })
    behind(w, 40)
    expect(w.said).toEqual(['30 lag-exceeded'])
    w.wait(1).generation(2, member('a', [], { topics: ['audit'] }))
    expect(behind(w).said).toEqual(['30 lag-exceeded', '51 lag-recovered'])
  })

  it('is stalled where a partition was committed since the last rebalance: it is read without a subscription', () => {
    const w = new World().generation(1, member('a', [], { topics: ['audit'] })).wait(1)
    expect(types(behind(w.commit({ 0: 100 })))).toEqual([stall])
  })

  it('takes the time from the beginning when it is subscribed to again', () => {
    const w = new World().generation(1, member('a', [0])).commit({ 0: 100 })
    w.wait(1).generation(2, member('a', [], { topics: ['audit'] }))
    behind(w)
    w.wait(1).generation(3, member('a', [0]))
    expect(behind(w, 60).said).toEqual([])
    expect(types(behind(w, 20))).toEqual([stall])
  })
})

describe('a topic that a member may still subscribe to', () => {
  it('is stalled where one of several members subscribes to it', () => {
    const w = new World()
      .generation(1, member('a', [0]))
      .commit({ 0: 100 })
      .wait(1)
    w.generation(2, member('a', [], { topics: ['audit'] }), member('b', [0]))
    expect(types(behind(w))).toEqual([stall])
  })

  it('is stalled where the broker has not resolved a regular expression yet', () => {
    const w = new World().epoch(2, { a: consumer(2, [0]) }).commit({ 0: 100 })
    w.wait(1).epoch(3, { a: { epoch: 3, regex: 'a.*' } })
    expect(types(behind(w))).toEqual([stall])
  })

  it('is stalled where a regular expression finds it', () => {
    const w = new World().regex('o.*', ['audit', 'orders']).epoch(2, { a: consumer(2, [0], { regex: 'o.*' }) })
    expect(types(behind(w.commit({ 0: 100 })))).toEqual([stall])
  })

  it('is stalled in a streams group, whose members do not say what they subscribe to', () => {
    const { epoch, member: streamsMember, current } = streamsRecords('g')
    const w = new World().batch(streamsMember('a'), epoch(2), current('a', { epoch: 2 })).commit({ 0: 100 })
    w.wait(1).batch(epoch(3), current('a', { epoch: 3 }))
    expect(types(behind(w))).toEqual([stall])
  })

  it('is stalled in a group that lost its members while it was behind', () => {
    const w = new World().generation(1, member('a', [0])).commit({ 0: 100 })
    behind(w, 30)
    w.generation(2)
    expect(types(behind(w))).toEqual([stall])
  })
})

it('what a regular expression finds is known after a restart', () => {
  const first = new World().topic(1).regex('a.*', ['audit'])
  first.epoch(2, { a: consumer(2, [0]) }).commit({ 0: 100 })
  first.wait(1).epoch(3, { a: { epoch: 3, regex: 'a.*' } })
  const second = first.restarted()
  expect(behind(second).events.filter(isCondition)).toEqual([])
  second.regex('a.*', null)
  expect(types(behind(second, 80))).toEqual([stall])
})
