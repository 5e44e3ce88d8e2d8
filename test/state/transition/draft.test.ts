import { expect, test } from 'vitest'
import type { EventType } from '../../../src/events/definitions.ts'
import { type Draft, inOrder } from '../../../src/state/transition/draft.ts'

const draft = (type: EventType, data: object) => ({ type, groupType: 'consumer', time: 1, data }) as unknown as Draft
const ofMember = (type: EventType, id: string) => draft(type, { member: { id } })
const typesOf = (drafts: readonly Draft[]) => inOrder(drafts).map(({ type }) => type)

test('cause comes before consequence, and events of one type stay as they were drafted', () => {
  const drafts = [draft('group-emptied', {}), ofMember('member-left', 'b'), ofMember('member-left', 'a')]
  expect(inOrder(drafts).map(({ data }) => data)).toEqual([drafts[1]?.data, drafts[2]?.data, drafts[0]?.data])
})

test('a member that comes and is suspended in one transition comes first', () => {
  const replaced = draft('member-replaced', { instanceId: 'i', from: 'a', to: 'b', hostChanged: false })
  expect(typesOf([replaced, ofMember('member-suspended', 'b')])).toEqual(['member-replaced', 'member-suspended'])
  expect(typesOf([replaced, ofMember('member-suspended', 'c')])).toEqual(['member-suspended', 'member-replaced'])
  expect(typesOf([ofMember('member-joined', 'b'), ofMember('member-suspended', 'b')])).toEqual([
    'member-joined',
    'member-suspended',
  ])
})
