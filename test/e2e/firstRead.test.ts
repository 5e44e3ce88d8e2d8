import { expect, test } from 'vitest'
import { killedInItsFirstRead } from '../chaos/firstRead.ts'
import { openStage } from '../chaos/stage.ts'
import { describeVerdict, flawless } from '../chaos/verdict.ts'

const say = (line: string) => void process.stdout.write(`first read: ${line}\n`)

/** The short form of `npm run chaos -- first-read`. */
test('killed while it reads history for the first time: one snapshot of each group, and all that came later', async () => {
  await using stage = await openStage({ say })
  const outcome = await killedInItsFirstRead(stage, { groups: 2_000, kills: 3 })
  say(describeVerdict(outcome.verdict))
  expect(outcome).toMatchObject({ unlike: [], partitionsUnlike: [], verdict: flawless })
  expect(outcome.killedInHistory).toBeGreaterThan(0)
})
