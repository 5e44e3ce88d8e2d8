import { describe, expect, it } from 'vitest'
import { commitWithId } from '../batchOf.ts'
import { consumer, member, ordersId, World } from './world.ts'

const a = 'AAAAAAAAAAAAAAAAAAAAAQ'
const b = 'AAAAAAAAAAAAAAAAAAAAAg'

const types = (w: World) => w.said.map(line => line.replace(/^\S+ /, ''))
const commit = (w: World, offset: number, id: string, partition = 0) =>
  w.batch(commitWithId('g', 'orders', partition, offset, id))
const sample = (w: World, logEnd: number, topicId?: string) => {
  const { now: timestamp } = w
  const log = { topic: 'orders', partition: 0, logStart: 0, logEnd, timestamp }
  w.input({ kind: 'logEnd', ...log, ...(topicId === undefined ? {} : { topicId }) })
  return w.tick()
}
/** Offset 100 of a topic with an id, whose log ends at 100. */
const level = () => {
  const w = new World().topic(1, 'orders', a).generation(1, member('m', [0]))
  return sample(commit(w, 100, a).wait(10), 100)
}

describe('a recreated topic', () => {
  it('is not judged by offsets of the former one: they are neither out of range nor behind', () => {
    const w = level().topic(1, 'orders', b)
    w.every10(300, (w, s) => sample(w, s, b))
    expect(types(w)).toEqual([])
  })

  it('is not judged by samples of the former one, once the group commits in the new one', () => {
    const w = level()
    commit(w, 5, b)
    w.every10(300, w => sample(w, 100))
    expect(types(w)).toEqual([])
  })

  it('is judged when it was described and committed', () => {
    const w = level().topic(1, 'orders', b)
    commit(w, 5, b)
    w.every10(80, w => sample(w, 20, b))
    expect(types(w)).toEqual(['offset-stalled orders/0'])
  })

  it('closes the conditions of the old topic', () => {
    const w = level()
    w.every10(100, w => sample(w, 120))
    w.topic(1, 'orders', b).every10(20, w => sample(w, 3, b))
    expect(types(w)).toEqual(['offset-stalled orders/0', 'offset-resumed orders/0'])
  })

  it('leaves alone the partitions that were not committed since, also after a restart', () => {
    const w = new World().topic(2, 'orders', a).generation(1, member('m', [0, 1]))
    commit(commit(w, 100, a), 100, a, 1)
    commit(w.wait(10).topic(2, 'orders', b), 1, b)
    const other = w.restarted().topic(2, 'orders', b)
    for (const one of [w, other]) {
      one.every10(300, one => one.sample({ 0: 1, 1: 5 }))
      expect(types(one)).toEqual([])
    }
  })

  it('takes no sample that is of the former one', () => {
    const w = level().topic(1, 'orders', b)
    commit(w, 5, b)
    w.every10(300, w => sample(sample(w, 5, b), 100, a))
    expect(types(w)).toEqual([])
  })

  it('is not judged by commits without topic ids that are older', () => {
    const w = new World()
      .topic(1, 'orders', a)
      .generation(1, member('m', [0]))
      .commit({ 0: 100 })
    w.every10(20, w => sample(w, 100))
    w.topic(1, 'orders', b).every10(300, (w, s) => sample(w, s))
    expect(types(w)).toEqual([])
    w.commit({ 0: 250 }).every10(80, w => sample(w, 300))
    expect(types(w)).toEqual(['offset-stalled orders/0'])
  })

  it('does not count as lag of the group until it is described', () => {
    const w = new World({ lagThreshold: 50, lagForMs: 20_000 }).topic(1, 'orders', a).generation(1, member('m', [0]))
    commit(w, 5, b)
    w.every10(100, w => sample(w, 100))
    expect(types(w)).toEqual([])
  })

  it('has no unassigned partitions until it is described, and those of the former one are not its own', () => {
    const w = new World().topic(2).epoch(2, { a: consumer(2, [0, 1]) })
    w.input({ kind: 'topic', id: b, name: 'orders' })
    w.every10(200, w => w.tick())
    expect(types(w)).toEqual([])
    w.topic(1, 'orders', b).every10(70, w => w.tick())
    expect(types(w)).toEqual(['partition-unassigned orders/0'])
    w.epoch(3, { a: { epoch: 3, assigned: { [b]: [0] } } })
    expect(types(w)).toEqual(['partition-unassigned orders/0', 'partition-assigned orders/0'])
    expect(ordersId).toBe(a)
  })
})

describe('topics that no group reads any more', () => {
  it('is forgotten: log ends of short-lived topics do not add up', () => {
    const w = new World()
    for (let n = 0; n < 5_000; n++) {
      const topic = `t${n}`
      w.batch(commitWithId('g', topic, 0, 1, a))
      w.input({ kind: 'topic', id: '', name: topic, partitions: 1 })
      w.input({ kind: 'logEnd', topic, partition: 0, logStart: 0, logEnd: 1, timestamp: w.now })
      w.batch({ ...commitWithId('g', topic, 0, 1, a), value: null })
      if (n % 100 === 0) w.wait(10).tick()
    }
    expect(w.fold.logEnds.topics).toBeLessThan(1_200)
    expect(w.fold.logEnds.size).toBeLessThan(1_200)
  })

  it('is forgotten of a topic that is gone, with its name after a while', () => {
    const w = level()
    w.input({ kind: 'topic', id: '', name: 'orders', partitions: 0 })
    expect(w.fold.logEnds.size).toBe(0)
  })
})
