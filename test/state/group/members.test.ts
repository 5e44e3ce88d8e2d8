import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeRecord } from '../../../src/coordinator/decode.ts'
import { type Group, type Member, newMember } from '../../../src/state/group/group.ts'
import { Members } from '../../../src/state/group/members.ts'
import { DeclaredNames } from '../../../src/state/group/topicNames.ts'
import type { GroupRecord } from '../../../src/state/records/applyRecord.ts'
import { memberDrafts } from '../../../src/state/transition/members.ts'
import { rebalanceDrafts } from '../../../src/state/transition/rebalances.ts'
import { replayRecords } from '../../../src/state/transition/replayRecords.ts'
import type { TestRecord } from '../batchOf.ts'
import { consumerRecords } from '../modernRecords.ts'

const allIds = ['a', 'b', 'c', 'd', 'e']
const ids = fc.constantFrom(...allIds)
const member = (id: string, described: boolean): Member => ({ ...newMember(id), described })

describe('members', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), id: ids, described: fc.boolean() }),
    fc.record({ kind: fc.constant('delete' as const), id: ids }),
    fc.record({ kind: fc.constantFrom('draft' as const, 'seal' as const) }),
  )

  test('are what a map would be, before a draft is sealed and after, and what they were stays until then', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        let before = new Members()
        let draft = before.draft()
        let modelBefore = new Map<string, Member>()
        let model = new Map<string, Member>()
        for (const one of steps) {
          if (one.kind === 'set') {
            draft.set(one.id, member(one.id, one.described))
            model.set(one.id, member(one.id, one.described))
          } else if (one.kind === 'delete') {
            draft.delete(one.id)
            model.delete(one.id)
          } else {
            if (one.kind === 'seal') draft.seal()
            before = draft
            modelBefore = new Map(model)
            draft = before.draft()
            model = new Map(model)
          }
          expectSame(draft, model)
          expectSame(before, modelBefore)
          const touched = draft.touchedSince(before)
          if (touched === null) continue
          const differing = allIds.filter(id => draft.get(id) !== before.get(id))
          expect([...touched]).toEqual(expect.arrayContaining(differing))
        }
      }),
    )
  })

  function expectSame(members: Members, model: ReadonlyMap<string, Member>): void {
    const described = [...model.values()].filter(member => member.described).length
    expect(members.size).toBe(model.size)
    expect(members.described).toBe(described)
    expect(members.some(({ described }) => described)).toBe(described > 0)
    const sorted = [...members.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(sorted).toEqual([...model.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    for (const id of allIds) {
      expect(members.get(id)).toEqual(model.get(id))
      expect(members.has(id)).toBe(model.has(id))
    }
  }
})

describe('a look at what was touched', () => {
  const g = consumerRecords('g')
  const epochs = fc.integer({ min: 1, max: 3 })
  const instanceId = fc.constantFrom('i', 'j', undefined)
  const record: fc.Arbitrary<TestRecord> = fc.oneof(
    fc.record({ id: ids, instanceId, clientId: fc.constantFrom('x', 'y') }).map(({ id, instanceId, clientId }) => {
      return g.member(id, { clientId, ...(instanceId === undefined ? {} : { instanceId }) })
    }),
    fc.record({ id: ids, epoch: fc.constantFrom(1, 2, 3, -2) }).map(({ id, epoch }) => g.current(id, { epoch })),
    ids.map(id => g.member(id, null)),
    ids.map(id => g.current(id, null)),
    epochs.map(epoch => g.epoch(epoch)),
  )

  test('finds what a look at all members finds', () => {
    fc.assert(
      fc.property(fc.array(fc.array(record, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), transitions => {
        let before: Group | null = null
        for (const [time, records] of transitions.entries()) {
          const moment = { time, names: new DeclaredNames() }
          const placed = records.map((record, offset) => ({
            record: groupRecord(record),
            at: { offset, timestamp: time },
          }))
          const rest = { group: 'g', isHistory: false, commits: [], offsets: 0, recreations: [], everyCommit: false }
          const { after } = replayRecords(before, { ...moment, ...rest, records: placed })
          if (after === null) break
          // Of a copy nobody knows what was touched since
          const copy: Group | null = before === null ? null : copyOf(before)
          const drafts = memberDrafts(before, after, moment)
          expect(memberDrafts(copy, after, moment)).toEqual(drafts)
          const other = { ...after }
          expect(rebalanceDrafts(copy, other, 0, moment)).toEqual(rebalanceDrafts(before, after, 0, moment))
          expect(other.settled).toEqual(after.settled)
          after.members.seal()
          before = after
        }
      }),
      { numRuns: 2_000 },
    )
  })

  function copyOf(group: Group): Group {
    const members = new Map([...group.members.values()].map(member => [member.id, member]))
    return { ...group, members: new Members(members) }
  }

  function groupRecord({ key, value }: TestRecord): GroupRecord {
    const decoded = decodeRecord(key, value)
    if (decoded.kind !== 'record') throw new Error('no record')
    return decoded as GroupRecord
  }
})
