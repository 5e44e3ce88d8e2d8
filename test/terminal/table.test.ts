import { expect, it } from 'vitest'
import { table } from '../../src/terminal/table.ts'

it('columns of a table are as wide as their content on a terminal', () => {
  const rows = [
    { name: 'a', count: 5 },
    { name: '日本\n', count: 1234 },
  ]
  const text = table(rows, [
    { head: 'name', align: 'left', text: ({ name }) => name },
    { head: 'n', align: 'right', text: ({ count }) => String(count) },
    { head: 'said', align: 'left', text: ({ count }) => (count > 9 ? 'many' : '') },
  ])
  expect(text).toBe('name       n  said\na          5\n日本\\n  1234  many\n')
})
