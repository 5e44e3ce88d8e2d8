import { expect, test } from 'vitest'
import { disturbed } from '../chaos/disturbed.ts'
import { killedInItsFirstRead } from '../chaos/firstRead.ts'
import { behindACutNetwork } from '../chaos/network.ts'
import { openStage } from '../chaos/stage.ts'
import { describeVerdict } from '../chaos/verdict.ts'

/* The short forms of `npm run chaos`. */

const flawless = { lost: [], twice: [], strange: [], different: [], disordered: [] }
const say = (line: string) => void process.stdout.write(`chaos: ${line}\n`)

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

test('killed while it reads history for the first time: one snapshot of each group, and all that came later', async () => {
  await using stage = await openStage({ say })
  const outcome = await killedInItsFirstRead(stage, { groups: 2_000, kills: 3 })
  say(describeVerdict(outcome.verdict))
  expect(outcome).toMatchObject({ unlike: [], partitionsUnlike: [], verdict: flawless })
  expect(outcome.killedInHistory).toBeGreaterThan(0)
})

test('a network that is cut, healed and reset: every event once, a line when trouble begins and one when it is over', async () => {
  await using stage = await openStage({ withWire: true, say })
  const { verdict, lines, exitCodes } = await behindACutNetwork(stage, 1)
  say(describeVerdict(verdict))
  say(lines.join(' | '))
  expect(verdict).toMatchObject(flawless)
  expect(verdict.expected).toBeGreaterThan(50)
  expect(exitCodes).toEqual([0, 0])
})
