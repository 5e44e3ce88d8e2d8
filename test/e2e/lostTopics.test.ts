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

test('a state topic that is created again while koff runs ends koff; the next start tells every group', async () => {
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

test('a __consumer_offsets that is created again is refused, and begun anew where that is wanted', async () => {
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
  'a topic of events that is created again with %s partitions is noticed and gone on with',
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
