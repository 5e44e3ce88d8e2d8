import { describe, expect, it } from 'vitest'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventLine } from '../../src/events/ndjson.ts'
import { mostEventBytes } from '../../src/events/parts.ts'
import { mergeParts } from '../events/mergeParts.ts'
import { classicOf, commitOf, type TestMember } from './batchOf.ts'
import { toldPartition } from './toldPartition.ts'

const topics = Array.from({ length: 400 }, (_, n) => `service-${n}-events`)

/** Members that subscribe to 400 topics, of which each has its share. */
function members(count: number, from = 0): TestMember[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `member-${String(from + n).padStart(5, '0')}`,
    topics,
    assigned: Object.fromEntries(topics.slice(0, 20).map(topic => [topic, [from + n]])),
  }))
}

function ofType<T extends KoffEvent['type']>(events: readonly KoffEvent[], type: T): KoffEvent<T>[] {
  return events.filter(event => event.type === type) as unknown as KoffEvent<T>[]
}

describe('a group of 300 members that subscribe to 400 topics', () => {
  it('makes no event above 512 KiB, and parts have ordinals that run on over all events of the transition', () => {
    const p = toldPartition()
    p.plain(classicOf('g', 1, members(300)))
    const events = p.plain(classicOf('g', 2, members(300, 150)), commitOf('g', 't', 0, 1))
    for (const event of events) expect(Buffer.byteLength(eventLine(event))).toBeLessThanOrEqual(mostEventBytes)
    const ordinals = events.map(({ id }) => Number(id.split('-')[2]))
    const least = ordinals[0] as number
    expect(ordinals.toSorted((a, b) => a - b)).toEqual(ordinals.map((_, at) => least + at))
    const rebalance = ofType(events, 'rebalance')
    expect(rebalance.length).toBeGreaterThan(2)
    expect(rebalance.map(({ part }) => part)).toEqual(rebalance.map((_, at) => at + 1))
    expect(mergeParts(rebalance).changes).toHaveLength(300)
  })

  it('names its last members in parts when it is emptied', () => {
    const p = toldPartition()
    p.plain(classicOf('g', 1, members(300)))
    const emptied = ofType(p.plain(classicOf('g', 2)), 'group-emptied')
    expect(emptied.length).toBeGreaterThan(10)
    const { lastMembers, epoch } = mergeParts(emptied)
    expect(epoch).toBe(2)
    expect(lastMembers.map(({ id }) => id)).toEqual(members(300).map(({ id }) => id))
    for (const { subscription } of lastMembers) expect(subscription?.topics).toHaveLength(400)
  })

  it('has a snapshot in parts, whose numbers run on over groups', () => {
    const p = toldPartition({ history: true })
    p.plain(classicOf('g', 1, members(300)), classicOf('h', 1, [{ id: 'm' }]))
    const snapshots = ofType(p.state.endHistory(0), 'group-snapshot')
    expect(snapshots.map(({ id }) => Number(id.split('-').at(-1)))).toEqual(snapshots.map((_, at) => at))
    const [ofG, ofH] = ['g', 'h'].map(name => snapshots.filter(({ group }) => group === name))
    expect(mergeParts(ofG ?? []).members).toHaveLength(300)
    expect(ofH?.map(({ part, parts }) => [part, parts])).toEqual([[1, 1]])
  })
})
