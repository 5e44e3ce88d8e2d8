import { expect, test } from 'vitest'
import { openStage } from '../chaos/stage.ts'
import { describeVerdict, isFlawless } from '../chaos/verdict.ts'
import { faultsOf } from '../scale/faults.ts'
import { atScale } from '../scale/scale.ts'

const say = (line: string) => void process.stdout.write(`scale: ${line}\n`)

/** The short form of `npm run scale`. */
test('a thousand groups, and large ones that roll, one of them while koff is killed: every event once', async () => {
  await using stage = await openStage({ say })
  const outcome = await atScale(stage, {
    groups: 1_000,
    large: [
      { name: 'many-members', members: 300, topics: 4, partitionsEach: 10 },
      { name: 'many-topics', members: 100, topics: 50, partitionsEach: 2 },
    ],
    rollMs: 5_000,
    quietMs: 1_000,
  })
  say(describeVerdict(outcome.verdict))
  expect(faultsOf(outcome)).toEqual([])
  expect(isFlawless(outcome.verdict)).toBe(true)
})
