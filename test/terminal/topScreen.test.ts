import { describe, expect, it } from 'vitest'
import { groupRows } from '../../src/terminal/groups/groupTable.ts'
import { noInk } from '../../src/terminal/noInk.ts'
import { topScreen } from '../../src/terminal/top/topScreen.ts'
import { type Key, pressed, type TopModel, type TopState, topStart } from '../../src/terminal/top/topState.ts'
import { visibleColumns } from '../../src/terminal/wrap.ts'
import { fleet, largeGroup, largeRebalance, now, openIn } from './groups/fleet.ts'

process.env['TZ'] = 'UTC'

const large = largeGroup().group
const conditions = new Map([[large, openIn(large)]])
const model: TopModel = {
  rows: groupRows(fleet(), conditions),
  viewOf: group => fleet().find(view => view.group === group),
  conditionsOf: group => conditions.get(group) ?? [],
  eventsOf: group => (group === large ? [2, 1, 0].map(largeRebalance) : []),
  rebalances: 3,
  judgedSince: null,
  now,
}

function after(...keys: readonly (string | Partial<Key>)[]): TopState {
  return keys.reduce<TopState>(
    (state, key) => pressed(state, typeof key === 'string' ? { input: key } : { input: '', ...key }, model),
    topStart,
  )
}

const enter = { enter: true }
const down = { down: true }

describe.each([
  [80, 24],
  [140, 40],
])('koff top on %i × %i', (columns, rows) => {
  const screen = (state: TopState) => {
    const lines = topScreen(model, state, { columns, rows, ink: noInk })
    expect(lines).toHaveLength(rows)
    expect(lines.filter(line => visibleColumns(line) > columns)).toEqual([])
    return `${lines.map(line => line.trimEnd()).join('\n')}\n`
  }

  it('shows groups by lag, with the mark on the first', async () => {
    await expect(screen(after())).toMatchFileSnapshot(`../golden/screens/top.${columns}.txt`)
  })

  it('opens a group with the owners of its partitions and its events', async () => {
    await expect(screen(after(enter))).toMatchFileSnapshot(`../golden/screens/top-group.${columns}.txt`)
  })

  it('has a help', async () => {
    await expect(screen(after('?'))).toMatchFileSnapshot(`../golden/screens/top-help.${columns}.txt`)
  })
})

describe('keys of koff top', () => {
  const list = (state: TopState) =>
    topScreen(model, state, { columns: 120, rows: 24, ink: noInk }).filter(line => line.startsWith('> '))

  it('move the mark, which stays on its group', () => {
    expect(list(after(down, down, { up: true }))[0]).toMatch(/^> nightly-report /)
    expect(list(after({ pageDown: true }, { pageUp: true }))[0]).toContain('payments')
  })

  it('filter by a part of the name, and end that', () => {
    const filtered = after('/', 'o', 'r', 'd', enter)
    expect(topScreen(model, filtered, { columns: 120, rows: 24, ink: noInk }).join('\n')).not.toContain('nightly')
    expect(list(filtered)[0]).toMatch(/^> orders /)
    expect(after('/', 'x', { erase: true }, 'y').filter).toBe('y')
    expect(after('/', 'x', { escape: true })).toMatchObject({ filter: '', isTyping: false })
  })

  it('open the marked group, go back, sort and end', () => {
    expect(after(down, enter)).toMatchObject({ mode: 'group', group: 'nightly-report' })
    expect(after(down, enter, { escape: true })).toMatchObject({ mode: 'groups', group: 'nightly-report' })
    expect(after('s').sort).toBe('hurt')
    expect(after('q').isOver).toBe(true)
  })

  it('say of a group that it is gone', () => {
    const text = topScreen(model, { ...topStart, mode: 'group', group: 'gone' }, { columns: 80, rows: 24, ink: noInk })
    expect(text.join('\n')).toContain('gone: the group is gone')
  })
})
