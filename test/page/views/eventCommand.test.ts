import { expect, test } from 'vitest'
import { eventsCommand, shellWord } from '../../../src/page/views/eventCommand.ts'

test('the command has the filters of the page', () => {
  const query = new URLSearchParams({
    groups: 'orders-*',
    type: 'rebalance',
    severity: 'warn',
    from: '2026-11-24T12:00:00.000Z',
  })
  expect(eventsCommand(query)).toBe(
    "koff history events --group 'orders-*' --event rebalance --severity warn --since 2026-11-24T12:00:00.000Z",
  )
})

test('no name can end its word or begin a command', () => {
  expect(shellWord("a'; rm -rf ~ #")).toBe("'a'\\''; rm -rf ~ #'")
  expect(shellWord('$(id)`id`\n')).toBe("'$(id)`id`\n'")
  expect(shellWord('')).toBe("''")
})
