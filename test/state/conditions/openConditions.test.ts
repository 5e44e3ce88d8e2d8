import { expect, test } from 'vitest'
import { type GroupConditions, newGroupConditions } from '../../../src/state/conditions/groupConditions.ts'
import { countOpen } from '../../../src/state/conditions/openConditions.ts'
import { RowWatch } from '../../../src/state/conditions/rowWatch.ts'
import { type GroupSlot, newGroupSlot, topicSlot } from '../../../src/state/group/groupSlot.ts'

const open = { id: '0-1-x-0', time: 1 }

function group(states: Readonly<Record<string, unknown>>): GroupConditions {
  const conditions = newGroupConditions()
  return { ...conditions, states: { ...conditions.states, ...states } }
}

function slotOf(name: string, conditions: GroupConditions | null): GroupSlot {
  return { ...newGroupSlot(name), conditions }
}

test('each kind of condition is counted where it is open, over groups and offsets', () => {
  const place = { topic: 't', since: 0 }
  const slots = [
    slotOf('none', null),
    slotOf('calm', group({})),
    slotOf('stuck', group({ stuck: open, storm: { open }, lag: { open } })),
    slotOf('skewed', group({ skew: { open }, stuck: open })),
    slotOf(
      'unassigned',
      group({
        unassigned: {
          counts: new Map(),
          unowned: [
            { ...place, partition: 0, open },
            { ...place, partition: 1, open },
            { ...place, partition: 2, open: null },
          ],
        },
      }),
    ),
  ]
  const groups = new Map(slots.map(slot => [slot.name, slot]))
  const watch = new RowWatch()
  watch.reserve(3)
  watch.setOpen(0, 'stalled', open)
  watch.setOpen(1, 'stalled', open)
  watch.setOpen(1, 'outOfRange', open)
  watch.setOpen(2, 'stalled', null)
  // Rows 0 and 1 are of the group that is skewed, row 2 of the calm one.
  const groupOf = (row: number) => slots[row < 2 ? 3 : 1] as GroupSlot
  const table = { watch, groupOf, topicOf: () => topicSlot(slotOf('any', null), 't'), partitions: new Int32Array(3) }
  expect(countOpen({ groups, table }, everyGroup)).toEqual({
    'offset-stalled': 2,
    'lag-exceeded': 1,
    'offset-at-risk': 0,
    'offset-out-of-range': 1,
    'rebalance-stuck': 2,
    'rebalance-storm': 1,
    'partition-unassigned': 2,
    'assignment-skewed': 1,
  })
  expect(countOpen({ groups, table }, name => name !== 'skewed')).toEqual({
    'offset-stalled': 0,
    'lag-exceeded': 1,
    'offset-at-risk': 0,
    'offset-out-of-range': 0,
    'rebalance-stuck': 1,
    'rebalance-storm': 1,
    'partition-unassigned': 2,
    'assignment-skewed': 0,
  })
  const empty = { groups: new Map<string, GroupSlot>(), table: { ...table, watch: null } }
  expect(countOpen(empty, everyGroup)).toMatchObject({ 'offset-stalled': 0 })
})

const everyGroup = () => true
