import { expect, test } from 'vitest'
import { type GroupConditions, newGroupConditions } from '../../../src/state/conditions/groupConditions.ts'
import { countOpen } from '../../../src/state/conditions/openCount.ts'
import { RowWatch } from '../../../src/state/conditions/rowWatch.ts'

const open = { id: '0-1-x-0', time: 1 }

function group(conditions: Partial<GroupConditions>) {
  return { conditions: { ...newGroupConditions(), ...conditions } }
}

test('each kind of condition is counted where it is open, over groups and offsets', () => {
  const fresh = newGroupConditions()
  const place = { topic: 't', since: 0 }
  const groups = new Map<string, { conditions: GroupConditions | null }>([
    ['none', { conditions: null }],
    ['calm', group({})],
    ['stuck', group({ stuck: open, storm: { ...fresh.storm, open }, lag: { ...fresh.lag, open } })],
    ['skewed', group({ skew: { ...fresh.skew, open }, stuck: open })],
    [
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
    ],
  ])
  const watch = new RowWatch()
  watch.conditions.set(0, { stalled: open, outOfRange: null, numbers: new Map() })
  watch.conditions.set(1, { stalled: open, outOfRange: open, numbers: new Map() })
  watch.conditions.set(2, { stalled: null, outOfRange: null, numbers: new Map() })
  expect(countOpen({ groups, watch })).toEqual({
    'offset-stalled': 2,
    'lag-exceeded': 1,
    'offset-out-of-range': 1,
    'rebalance-stuck': 2,
    'rebalance-storm': 1,
    'partition-unassigned': 2,
    'assignment-skewed': 1,
  })
  expect(countOpen({ groups: new Map(), watch: null })).toMatchObject({ 'offset-stalled': 0 })
})
