import { applyPipeline, type EventData, type GroupType } from 'koff'
import { expect, test } from 'vitest'
import { given } from '../test/pipelines/given.ts'
import custom from './custom-example.ts'

function rebalance(group: string, moved: number, groupType: GroupType = 'consumer') {
  const data: EventData<'rebalance'> = {
    epochBefore: 1,
    epochAfter: 2,
    protocol: null,
    leader: null,
    memberCount: 2,
    durationMs: 300,
    moved,
    changes: [],
    unreadable: [],
  }
  return given('rebalance', group, data, groupType)
}

test('large rebalances of groups that somebody owns come out, in order', async () => {
  const first = rebalance('orders-app', 10)
  const second = rebalance('payments-app', 99)
  const small = rebalance('orders-app', 9)
  expect(await applyPipeline(custom, [first, small, second])).toEqual([first, second])
})

test('other groups, tests and other kinds are left out', async () => {
  const others = [rebalance('users', 50), rebalance('orders-test', 50), rebalance('orders-app', 50, 'share')]
  expect(await applyPipeline(custom, others)).toEqual([])
})
