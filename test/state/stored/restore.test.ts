import { describe, expect, it } from 'vitest'
import { TopicNames } from '../../../src/state/group/topicNames.ts'
import { groupViews } from '../../../src/state/group/view.ts'
import { PartitionState } from '../../../src/state/partition.ts'
import { encodeState, takeChanges } from '../../../src/state/stored/encode.ts'
import { batchOf, classicOf, commitOf, type TestRecord } from '../batchOf.ts'
import { classicMember } from '../toldPartition.ts'
import { restoreInto } from './restoreInto.ts'

/** A commit whose group's name is of these bytes, which need not be UTF-8. */
function commitOfBytes(group: Buffer, offset: number): TestRecord {
  const length = Buffer.alloc(2)
  length.writeInt16BE(group.length)
  const { key, value } = commitOf('', 't', 0, offset)
  return { key: Buffer.concat([Buffer.from([0, 1]), length, group, key?.subarray(4) ?? Buffer.alloc(0)]), value }
}

function newState(): PartitionState {
  return new PartitionState({ partition: 0, cluster: '', names: new TopicNames(), everyCommit: false, history: false })
}

function restored(state: PartitionState): PartitionState {
  return restoreInto(newState(), encodeState(state))
}

describe('names that are not UTF-8', () => {
  it('are one name where Kafka reads one, before and after the state was stored', () => {
    let state = newState()
    const offsets = () => groupViews(state, { names: state.names }).map(view => [view.group, view.offsets])
    state.apply(batchOf([commitOfBytes(Buffer.from([0x61, 0xff]), 10)]))
    expect(offsets()).toEqual([['a\ufffd', { t: { 0: 10 } }]])
    for (const bytes of [[0x61, 0xff], [0x61, 0xfe], [...Buffer.from('a\ufffd')]]) {
      const before = restored(state)
      const batch = batchOf([commitOfBytes(Buffer.from(bytes), 5), commitOf('other', 't', 0, 1)])
      const events = state.apply(batch)
      expect(before.apply(batch)).toEqual(events)
      state = before
      expect(offsets()[0]).toEqual(['a\ufffd', { t: { 0: 5 } }])
    }
  })

  it('of any length are stored and read back', () => {
    const state = newState()
    state.apply(batchOf([commitOfBytes(Buffer.alloc(0x7fff, 0xff), 10)]))
    const events = restored(state).apply(batchOf([commitOfBytes(Buffer.alloc(0x7fff, 0xff), 9)], { baseOffset: 1 }))
    expect(events[0]).toMatchObject({ type: 'offset-rewound', data: { from: 10, to: 9 } })
  })
})

describe('what changed', () => {
  it('is an offset where only a commit came, and not its group with all members, also where every commit is told', () => {
    const options = { partition: 0, cluster: '', names: new TopicNames(), everyCommit: true, history: false }
    const state = new PartitionState({ ...options, tracksChanges: true })
    const changedKeys = () => takeChanges(state).map(({ key }) => (JSON.parse(key) as string[])[0])
    const members = [classicMember('a', [0]), classicMember('b', [1])]
    state.apply(batchOf([classicOf('g', 1, members), commitOf('g', 'orders', 0, 10)]))
    expect(changedKeys()).toContain('member')
    const events = state.apply(batchOf([commitOf('g', 'orders', 0, 11)], { baseOffset: 2 }))
    expect(events.map(({ type }) => type)).toEqual(['offset-committed'])
    expect(changedKeys()).toEqual(['offset', 'partition'])
  })
})
