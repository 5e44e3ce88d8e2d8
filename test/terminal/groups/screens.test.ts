import { describe, expect, it } from 'vitest'
import { lineFormatter } from '../../../src/terminal/events/line.ts'
import { conditionOrders, conditionPage, conditionRows } from '../../../src/terminal/groups/conditionTable.ts'
import { groupPage } from '../../../src/terminal/groups/groupPage.ts'
import { groupOrders, groupRows, groupTable } from '../../../src/terminal/groups/groupTable.ts'
import { noInk } from '../../../src/terminal/noInk.ts'
import { listed, type View } from '../../../src/terminal/output.ts'
import { visibleColumns } from '../../../src/terminal/wrap.ts'
import { fleet, largeGroup, largeRebalance, now, openIn } from './fleet.ts'

/** As in the golden files, whatever the zone of this machine is. */
process.env['TZ'] = 'UTC'

const viewOf = (width: number, format: View['format'] = 'human'): View => ({ format, ink: noInk, width })

function fitting(text: string, width: number): string {
  expect(text.split('\n').filter(line => visibleColumns(line) > width)).toEqual([])
  return text
}

describe.each([80, 140])('a screen of %i columns', width => {
  const view = viewOf(width)

  it('shows groups of all kinds, the worst first', async () => {
    const group = largeGroup().group
    const rows = listed(groupRows(fleet(), new Map([[group, openIn(group)]])), groupOrders, {})
    const text = fitting(groupTable(rows, view, now), width)
    await expect(text).toMatchFileSnapshot(`../../golden/screens/groups.${width}.txt`)
  })

  it('shows groups with unknown conditions', () => {
    const rows = listed(groupRows(fleet(), null), groupOrders, { sort: 'group' })
    expect(fitting(groupTable(rows, view, now), width)).toMatch(/\nflink-job +simple .* \?$/m)
  })

  it('shows a group of 40 members with 300 partitions', async () => {
    const conditions = openIn(largeGroup().group)
    const rebalances = [2, 1, 0].map(largeRebalance)
    const churn = [
      { client: 'settlement-worker-3', host: '/10.42.3.17', joined: 9, left: 8, replaced: 0, last: now - 60_000 },
    ]
    const page = { view: largeGroup(), conditions, rebalances, churn, knownSince: now - 3_600_000, at: null }
    const text = fitting(groupPage(page, view, { now }), width)
    await expect(text).toMatchFileSnapshot(`../../golden/screens/group.${width}.txt`)
  })

  it('shows what is open, how bad it is and what to do', async () => {
    const judged = openIn(largeGroup().group).map((one, at) => {
      return {
        ...one,
        lag: one.partition === null ? null : 12_345 * (at + 1),
        rebalances: one.type === 'rebalance-storm' ? 7 : null,
      }
    })
    const text = fitting(conditionPage(listed(conditionRows(judged), conditionOrders, {}), view, now), width)
    await expect(text).toMatchFileSnapshot(`../../golden/screens/conditions.${width}.txt`)
  })

  it('shows a rebalance of 300 partitions in a line with counts', async () => {
    const line = lineFormatter({ ink: noInk, timeZone: 'UTC', width: () => width })
    const text = fitting(line(largeRebalance(0)), width)
    await expect(text).toMatchFileSnapshot(`../../golden/screens/rebalance.${width}.txt`)
  })
})

it('a wide screen shortens nothing', () => {
  const text = groupPage(
    { view: largeGroup(), conditions: null, rebalances: [largeRebalance(0)], churn: [], knownSince: null, at: null },
    viewOf(Number.POSITIVE_INFINITY, 'wide'),
    { now, sort: 'lag', limit: 2 },
  )
  expect(text).toContain('settlement-worker-39-00000039-70c3-4a3f-8f5c-1d2e3f4a5b6c')
  expect(text).not.toContain('…')
  expect(text).not.toMatch(/and \d+ more/)
})

it('a group at a past time has unknown conditions, and says who knows them', () => {
  const page = { view: largeGroup(), conditions: null, rebalances: [], churn: [], knownSince: null }
  expect(groupPage({ ...page, at: now - 60_000 }, viewOf(140), { now, limit: 1 })).toContain(
    'OPEN CONDITIONS  not known: the state has those of now; a history has those of then\n',
  )
  expect(groupPage({ ...page, at: null }, viewOf(140), { now, limit: 1 })).toContain('no koff run stores a state here')
})
