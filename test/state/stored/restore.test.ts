import { describe, expect, it } from 'vitest'
import { applyBatch } from '../../../src/state/applyBatch.ts'
import { DeclaredNames } from '../../../src/state/group/topicNames.ts'
import { groupViews } from '../../../src/state/group/view.ts'
import { PartitionState } from '../../../src/state/partition.ts'
import { encodeState, takeChanges } from '../../../src/state/stored/encode.ts'
import { batchOf, classicOf, commitOf, type TestRecord } from '../batchOf.ts'
import { consumerRecords } from '../modernRecords.ts'
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
  return new PartitionState({
    partition: 0,
    cluster: '',
    names: new DeclaredNames(),
    everyCommit: false,
    history: false,
  })
}

function restored(state: PartitionState): PartitionState {
  return restoreInto(newState(), encodeState(state))
}

describe('names that are not UTF-8', () => {
  it('are one name where Kafka reads one, before and after the state was stored', () => {
    let state = newState()
    const offsets = () => groupViews(state, { names: state.names }).map(view => [view.group, view.offsets])
    applyBatch(state, batchOf([commitOfBytes(Buffer.from([0x61, 0xff]), 10)]))
    expect(offsets()).toEqual([['a\ufffd', { t: { 0: 10 } }]])
    for (const bytes of [[0x61, 0xff], [0x61, 0xfe], [...Buffer.from('a\ufffd')]]) {
      const before = restored(state)
      const batch = batchOf([commitOfBytes(Buffer.from(bytes), 5), commitOf('other', 't', 0, 1)])
      const events = applyBatch(state, batch)
      expect(applyBatch(before, batch)).toEqual(events)
      state = before
      expect(offsets()[0]).toEqual(['a\ufffd', { t: { 0: 5 } }])
    }
  })

  it('of any length are stored and read back', () => {
    const state = newState()
    applyBatch(state, batchOf([commitOfBytes(Buffer.alloc(0x7fff, 0xff), 10)]))
    const events = applyBatch(
      restored(state),
      batchOf([commitOfBytes(Buffer.alloc(0x7fff, 0xff), 9)], { baseOffset: 1 }),
    )
    expect(events[0]).toMatchObject({ type: 'offset-rewound', data: { from: 10, to: 9 } })
  })
})

describe('the target of a member', () => {
  const topic = 'AAAAAAAAAAAAAAAAAAAAAQ'
  const g = consumerRecords('g')
  const views = (state: PartitionState) => groupViews(state, { names: state.names }).map(({ members }) => members)

  it('is as it was after the state was stored, whether the member holds it or not', () => {
    const state = newState()
    const settled = [g.member('a'), g.epoch(2), g.target('a', { [topic]: [0, 1] }), g.targetEpoch(2)]
    applyBatch(state, batchOf([...settled, g.current('a', { epoch: 2, assigned: { [topic]: [0, 1] } })]))
    expect(views(restored(state))).toEqual(views(state))
    applyBatch(
      state,
      batchOf([g.target('a', { [topic]: [1] }), g.member('b'), g.target('b', { [topic]: [0] })], { baseOffset: 5 }),
    )
    expect(views(restored(state))).toEqual(views(state))
    applyBatch(state, batchOf([g.target('a', {}), classicOf('c', 1, [classicMember('m', [0])])], { baseOffset: 8 }))
    expect(views(restored(state))).toEqual(views(state))
  })

  it('is written when it changes', () => {
    const options = { partition: 0, cluster: '', names: new DeclaredNames(), everyCommit: false, history: false }
    const state = new PartitionState({ ...options, tracksChanges: true })
    applyBatch(state, batchOf([g.member('a'), g.member('b'), g.epoch(2)]))
    takeChanges(state)
    applyBatch(state, batchOf([g.target('b', { [topic]: [0] })], { baseOffset: 3 }))
    expect(takeChanges(state).map(({ key }) => key)).toContain('["assignment","g","b"]')
  })
})

describe('what changed', () => {
  it('is one offset after a single commit, not its group with all members, also with offset-committed on', () => {
    const options = { partition: 0, cluster: '', names: new DeclaredNames(), everyCommit: true, history: false }
    const state = new PartitionState({ ...options, tracksChanges: true })
    const changedKeys = () => takeChanges(state).map(({ key }) => (JSON.parse(key) as string[])[0])
    const members = [classicMember('a', [0]), classicMember('b', [1])]
    applyBatch(state, batchOf([classicOf('g', 1, members), commitOf('g', 'orders', 0, 10)]))
    expect(changedKeys()).toContain('member')
    const events = applyBatch(state, batchOf([commitOf('g', 'orders', 0, 11)], { baseOffset: 2 }))
    expect(events.map(({ type }) => type)).toEqual(['offset-committed'])
    expect(changedKeys()).toEqual(['offset', 'partition'])
  })
})
