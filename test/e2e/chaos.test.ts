import { expect, test } from 'vitest'
import { disturbed } from '../chaos/disturbed.ts'
import { openStage } from '../chaos/stage.ts'
import { describeVerdict, flawless } from '../chaos/verdict.ts'

const say = (line: string) => void process.stdout.write(`chaos: ${line}\n`)

/** The short form of `npm run chaos`; firstRead.test.ts and network.test.ts are others. */
test('instances killed, stopped and resumed, and a broker killed under load: every event once, and in order', async () => {
  await using stage = await openStage({ say })
  const outcome = await disturbed(stage, { instances: 2, kills: 10, zombies: 1, brokerRestarts: 1, pauseMs: 1_500 })
  const { verdict, takeOverMs, exitCodes, endMs } = outcome
  say(describeVerdict(verdict))
  say(`take-over, ms: ${takeOverMs.join(' ')}`)
  expect(verdict).toMatchObject(flawless)
  expect(verdict.expected).toBeGreaterThan(500)
  expect(exitCodes).toEqual([0, 0, 0])
  expect(endMs).toBeLessThan(10_000)
})
