import { describe, expect, it } from 'vitest'
import { encodeState } from '../../../src/state/stored/encode.ts'
import { classicOf, commitOf, commitWithId } from '../batchOf.ts'
import { numbered } from '../stored/numbered.ts'
import { dataOf, classicMember as m, toldPartition as partition } from '../toldPartition.ts'

const a = 'AAAAAAAAAAAAAAAAAAAAAQ'
const b = 'AAAAAAAAAAAAAAAAAAAAAg'
const c = 'AAAAAAAAAAAAAAAAAAAAAw'
const day = 24 * 3_600_000

const orders = (id: string, at = 0, offset = 5) => commitWithId('g', 'orders', at, offset, id)
const gone = (at = 0) => commitOf('g', 'orders', at, null)
const recreated = (events: Parameters<typeof dataOf>[0]) =>
  dataOf(events, 'topic-recreated').map(({ from, to }) => `${from} ${to}`)

function withMembers() {
  const p = partition()
  p.plain(classicOf('g', 1, [m('a', [0])]))
  return p
}

describe('the id of a topic', () => {
  it('is remembered for seven days after the last offset of it was deleted', () => {
    const after = (ms: number) => {
      const p = withMembers()
      p.plain(orders(a, 0), orders(a, 1))
      p.plain(gone(0))
      p.wait(day)
      p.plain(gone(1))
      p.wait(ms)
      return recreated(p.plain(orders(b)))
    }
    expect(after(0)).toEqual([`${a} ${b}`])
    expect(after(7 * day - 1)).toEqual([`${a} ${b}`])
    expect(after(7 * day)).toEqual([])
  })

  it('is remembered for as long as there is an offset, and again from the next deletion on', () => {
    const p = withMembers()
    p.plain(orders(a))
    p.wait(30 * day)
    p.plain(gone())
    p.wait(6 * day)
    p.plain(orders(a), gone())
    p.wait(6 * day)
    expect(recreated(p.plain(orders(b)))).toEqual([`${a} ${b}`])
  })

  it('is remembered of a simple group whose offsets went with the topic', () => {
    const p = partition()
    p.plain(orders(a))
    p.plain(gone())
    expect(recreated(p.plain(orders(b)))).toEqual([`${a} ${b}`])
  })

  it('is forgotten with its group', () => {
    const p = withMembers()
    p.plain(orders(a))
    p.plain(gone(), classicOf('g', null))
    expect(recreated(p.plain(orders(b)))).toEqual([])
  })

  it('is remembered of ten thousand topics without an offset, those deleted last', () => {
    const p = withMembers()
    const topics = Array.from({ length: 10_002 }, (_, n) => `t${n}`)
    for (const topic of topics) p.plain(commitWithId('g', topic, 0, 1, a), commitOf('g', topic, 0, null))
    expect(p.state.groups.get('g')?.topics.size).toBe(10_000)
    expect(recreated(p.plain(commitWithId('g', 't0', 0, 1, b)))).toEqual([])
    expect(recreated(p.plain(commitWithId('g', 't1', 0, 1, b)))).toEqual([])
    expect(recreated(p.plain(commitWithId('g', 't2', 0, 1, b)))).toEqual([`${a} ${b}`])
  })

  it('is remembered over a restart, with the time', () => {
    const p = withMembers()
    p.plain(orders(a), commitWithId('g', 'audit', 0, 1, a), commitOf('g', 'audit', 0, null))
    p.wait(day)
    p.plain(gone())
    const other = partition({ from: p })
    p.wait(6 * day)
    other.wait(6 * day)
    for (const one of [p, other]) {
      expect(recreated(one.plain(commitWithId('g', 'audit', 0, 1, b)))).toEqual([])
      expect(recreated(one.plain(orders(b)))).toEqual([`${a} ${b}`])
    }
    expect(entriesOf(other)).toEqual(entriesOf(p))
  })

  it('is forgotten at the end of history unless a live commit carries it', () => {
    const p = partition({ history: true })
    p.plain(classicOf('g', 1, [m('a', [0])]), orders(a), commitWithId('g', 'audit', 0, 1, a))
    p.plain(gone(), commitOf('g', 'audit', 0, 2))
    p.state.endHistory(0)
    expect(recreated(p.plain(orders(b), commitWithId('g', 'audit', 0, 3, b)))).toEqual([])
    expect(recreated(p.plain(orders(c)))).toEqual([`${b} ${c}`])
  })
})

describe('the name of a topic id', () => {
  it('is known while a group uses the id, and for a thousand unused ids', () => {
    const p = withMembers()
    const idOf = (n: number) => Buffer.from(n.toString(16).padStart(32, '0'), 'hex').toString('base64url')
    p.plain(orders(a))
    for (let n = 0; n < 5_000; n++) {
      const group = `g${n}`
      p.plain(commitWithId(group, `t${n}`, 0, 1, idOf(1_000 + n)))
      p.plain(commitOf(group, `t${n}`, 0, null), classicOf(group, null))
    }
    const known = Array.from({ length: 5_000 }, (_, n) => p.state.names.nameOf(idOf(1_000 + n)))
    expect(known.filter(name => name !== null).length).toBeLessThanOrEqual(2_000)
    expect(known.slice(-1_000)).toEqual(Array.from({ length: 1_000 }, (_, n) => `t${4_000 + n}`))
    expect(p.state.names.nameOf(a)).toBe('orders')
    expect(entriesOf(partition({ from: p }))).toEqual(entriesOf(p))
    expect(encodeState(p.state).length).toBeLessThan(2_010)
  })
})

function entriesOf({ state }: ReturnType<typeof partition>): string[] {
  return numbered(encodeState(state))
    .map(({ key, value }) => `${key} ${value}`)
    .sort()
}
