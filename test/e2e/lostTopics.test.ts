import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventsTopicLost, offsetsTopicLost, stateTopicLost } from '../chaos/lostTopics.ts'
import { openStage, type Stage } from '../chaos/stage.ts'

const say = (line: string) => void process.stdout.write(`lost topics: ${line}\n`)
let stage: Stage

/** The short forms of `npm run chaos -- state-topic offsets-topic events-topic`. */
beforeAll(async () => {
  stage = await openStage({ say })
})
afterAll(() => stage[Symbol.asyncDispose]())

test('a recreated state topic ends koff; the next start reports every group', async () => {
  const { ended, untold } = await stateTopicLost(stage, { groups: 300 })
  say(ended[0]?.reason ?? '')
  expect(ended).toEqual([
    {
      code: 1,
      reason: expect.stringMatching(/^topic koff\.state was deleted and created again while koff ran: .*Restart koff/),
    },
  ])
  expect(untold).toEqual([])
})

test('a recreated __consumer_offsets is refused, and read from the start with --reset-unusable-state', async () => {
  const { ended, untold } = await offsetsTopicLost(stage, { groups: 100 })
  for (const { reason } of ended) say(reason)
  const reason = expect.stringMatching(
    /__consumer_offsets was deleted and created again.*Start koff once with --reset-unusable-state/,
  )
  expect(ended).toEqual([
    { code: 1, reason },
    { code: 1, reason },
  ])
  expect(untold).toEqual([])
})

test.each([6, 2])(
  'a topic of events that is recreated with %s partitions is detected, and koff continues',
  async partitions => {
    const { lines, unlike, misplaced, exitCode } = await eventsTopicLost(stage, { groups: 60, partitions })
    for (const line of lines) say(line)
    expect(lines).toContain(
      'topic koff.events was deleted: recreate it and koff continues, or restart koff, which creates it',
    )
    expect(lines.at(-1)).toMatch(
      new RegExp(`^topic koff\\.events was deleted and created again, with ${partitions} partitions`),
    )
    expect({ unlike, misplaced, exitCode }).toEqual({ unlike: [], misplaced: [], exitCode: 0 })
  },
)
