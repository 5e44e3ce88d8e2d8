import { expect, test } from 'vitest'
import { Churn, type Sizes } from '../bench/churn/churn.ts'

const eightDaysMs = 8 * 24 * 3_600_000

/** What is known of topics that are gone has limits, which take more lives than there are here. */
function withoutTopics(sizes: Sizes): Sizes {
  const but = (what: string) => ({ [what]: (sizes[what] ?? 0) - (sizes['topic names'] ?? 0) })
  const bounded = ['names of the cluster', 'sampled topics', 'sampled partitions', 'topic names', 'stored bytes']
  const rest = Object.entries(sizes).filter(([what]) => !bounded.includes(what))
  return { ...Object.fromEntries(rest), ...but('stored keys'), ...but('keys of the whole state') }
}

/** The short form of `npm run bench -- churn`. */
test('groups, topics, members and producers that come and go leave nothing behind', () => {
  const churn = new Churn({ hasStaying: false })
  const empty = churn.sizes()
  churn.run(2_000)
  expect(churn.sizes()['groups in the groups topic']).toBeGreaterThan(0)
  churn.rest(eightDaysMs)
  expect(churn.events).toBeGreaterThan(2_000)
  const { 'rows made': _rows, ...rest } = withoutTopics(churn.sizes())
  // The entry of the partition itself is always there.
  expect({ 'rows made': 0, ...rest }).toEqual({ ...withoutTopics(empty), 'stored keys': 1 })
})

test('groups that stay are as large after thousands of lives as before them', () => {
  const churn = new Churn({ hasStaying: true })
  churn.run(1_500)
  churn.rest(eightDaysMs)
  churn.run(1_500)
  const before = churn.sizes()
  churn.rest(eightDaysMs)
  churn.run(1_500)
  const after = churn.sizes()
  for (const [what, size] of Object.entries(withoutTopics(after))) {
    expect({ what, size }).toEqual({ what, size: expect.toSatisfy((n: number) => n <= 1.1 * (before[what] ?? 0) + 10) })
  }
})
