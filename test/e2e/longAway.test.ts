import { expect, test } from 'vitest'
import { eagerCleaner } from '../chaos/compaction.ts'
import { longAway } from '../chaos/longAway.ts'
import { openStage } from '../chaos/stage.ts'

const say = (line: string) => void process.stdout.write(`long away: ${line}\n`)

/** The short form of `npm run chaos -- long-away`. */
test('away for longer than tombstones are kept: what ended meanwhile is reported first, once, and nothing else', async () => {
  await using stage = await openStage({ properties: eagerCleaner, say })
  const { lines, exitCode, ...wrong } = await longAway(stage, { groups: 20 })
  for (const line of lines) say(line)
  expect(wrong).toEqual({ unlike: [], strangeIds: [], falselyEnded: [], unknown: [] })
  expect(lines).toHaveLength(4)
  expect(exitCode).toBe(0)
})
