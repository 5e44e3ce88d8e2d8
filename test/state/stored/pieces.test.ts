import { describe, expect, it } from 'vitest'
import { applyBatch } from '../../../src/state/applyBatch.ts'
import { DeclaredNames } from '../../../src/state/group/topicNames.ts'
import { groupViews } from '../../../src/state/group/view.ts'
import { PartitionState } from '../../../src/state/partition.ts'
import { encodeState, takeChanges } from '../../../src/state/stored/encode.ts'
import type { StateEntry } from '../../../src/state/stored/entry.ts'
import { batchOf, classicOf, type TestMember } from '../batchOf.ts'
import { restoreInto } from './restoreInto.ts'

/** The default of max.message.bytes, less what a batch has around a record. */
const messageBytes = 1_048_588 - 100

function newState(): PartitionState {
  const options = { partition: 0, cluster: '', names: new DeclaredNames(), everyCommit: false, history: false }
  return new PartitionState({ ...options, tracksChanges: true })
}

/** Subscribes to so many topics, whose names have characters outside of the first plane. */
function subscriber(topics: number): TestMember {
  return { id: 'm', topics: Array.from({ length: topics }, (_, n) => `${'𝔱'.repeat(100)}${n}`) }
}

/** A store: the new value of a key over the old one, null takes it away. */
function write(state: PartitionState, stored: Map<string, string>): void {
  for (const { key, value } of takeChanges(state)) {
    if (value === null) stored.delete(key)
    else stored.set(key, value)
  }
}

function entriesOf(stored: ReadonlyMap<string, string>): StateEntry[] {
  return [...stored].map(([key, value]) => ({ key, value }))
}

describe('an entry that is too large for a message', () => {
  it('is stored in pieces, each fit for a message, and read back in any order of them', () => {
    const state = newState()
    applyBatch(state, batchOf([classicOf('g', 1, [subscriber(5_000)])]))
    const stored = new Map<string, string>()
    write(state, stored)
    const entries = entriesOf(stored)
    expect(entries.filter(({ key }) => key.startsWith('["piece",')).length).toBeGreaterThan(3)
    for (const { key, value } of entries) {
      expect(Buffer.byteLength(key) + Buffer.byteLength(value)).toBeLessThan(messageBytes)
      expect(Buffer.from(value).toString()).toBe(value)
    }
    const copy = restoreInto(newState(), entries.toReversed())
    expect(encodeState(copy)).toEqual(encodeState(state))
    expect(groupViews(copy, copy).map(({ members }) => members.length)).toEqual([1])
  })

  it('takes its pieces with it when it gets smaller, also after a restart in between, and when it goes', () => {
    const pieces = (stored: Map<string, string>) => [...stored.keys()].filter(key => key.startsWith('["piece",')).length
    let state = newState()
    const stored = new Map<string, string>()
    const counts = [4_000, 2_000, 3, 3_000].map((topics, n) => {
      applyBatch(state, batchOf([classicOf('g', n + 1, [subscriber(topics)])], { baseOffset: n }))
      write(state, stored)
      const copy = restoreInto(newState(), entriesOf(stored))
      expect(encodeState(copy)).toEqual(encodeState(state))
      state = copy
      return pieces(stored)
    })
    const [most = 0, fewer = 0, none, again] = counts
    expect(most).toBeGreaterThan(fewer)
    expect(fewer).toBeGreaterThan(0)
    expect(none).toBe(0)
    expect(again).toBeGreaterThan(0)
    applyBatch(state, batchOf([classicOf('g', null)], { baseOffset: 9 }))
    write(state, stored)
    expect([...stored.keys()]).toEqual(['["partition"]'])
  })

  it('of which a piece is missing is no state', () => {
    const state = newState()
    applyBatch(state, batchOf([classicOf('g', 1, [subscriber(4_000)])]))
    const entries = encodeState(state).filter(({ key }) => !key.startsWith('["piece",1,'))
    expect(() => restoreInto(newState(), entries)).toThrow('piece 1 is missing')
  })
})
