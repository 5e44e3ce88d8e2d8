import { expect, test } from 'vitest'
import { behindACutNetwork } from '../chaos/network.ts'
import { openStage } from '../chaos/stage.ts'
import { describeVerdict, flawless } from '../chaos/verdict.ts'

const say = (line: string) => void process.stdout.write(`network: ${line}\n`)

/** The short form of `npm run chaos -- network`. */
test('a network that is cut, healed and reset: every event once, a line when trouble begins and one when it is over', async () => {
  await using stage = await openStage({ withWire: true, say })
  const { verdict, lines, exitCodes } = await behindACutNetwork(stage, 1)
  say(describeVerdict(verdict))
  say(lines.join(' | '))
  expect(verdict).toMatchObject(flawless)
  expect(verdict.expected).toBeGreaterThan(50)
  expect(exitCodes).toEqual([0, 0])
})
