import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  otherEventsTopic,
  otherSettingsRefused,
  patientGroups,
  startedTogether,
  widerFilter,
} from '../chaos/sameName.ts'
import { openStage, type Stage } from '../chaos/stage.ts'
import { describeVerdict, flawless } from '../chaos/verdict.ts'

const say = (line: string) => void process.stdout.write(`same name: ${line}\n`)
let stage: Stage

/** The short forms of `npm run chaos -- same-name`. */
beforeAll(async () => {
  stage = await openStage({ properties: patientGroups, say })
})
afterAll(() => stage[Symbol.asyncDispose]())

const refusal = (setting: string, here: string, there: string) => ({
  code: 1,
  reason: expect.stringContaining(`runs with other settings: ${setting} is ${here} here and ${there} there`),
})
const otherTopic = refusal('topic', '"koff.elsewhere"', '"koff.events"')
const otherGroups = refusal('groups.include', '["sentinel-*","simple-*"]', '["*"]')

test('instances with another topic or filter are refused, and the running one continues undisturbed', async () => {
  const { refused, created, verdict, exitCode, moves } = await otherSettingsRefused(stage, 2)
  say(describeVerdict(verdict))
  for (const { reason } of refused) say(reason)
  expect(refused).toEqual([otherTopic, otherGroups])
  expect(created).toEqual([])
  expect(verdict).toMatchObject(flawless)
  expect({ exitCode, moves }).toEqual({ exitCode: 0, moves: ['owns partitions 0-3'] })
})

test('of instances that start at the same moment those with the stored settings work', async () => {
  const { working, ended, created } = await startedTogether(stage)
  expect(working).toBe(2)
  // Whether it sees another instance first, or the stored settings.
  const flag = { code: 1, reason: expect.stringContaining('--accept-events-topic koff.elsewhere') }
  expect([otherTopic, flag]).toContainEqual(ended[0])
  expect(ended[1]).toEqual(otherGroups)
  expect(created).toEqual([])
})

test('a wider filter is refused while the old one is at work; after it, it makes snapshots of what it admits', async () => {
  const { unlike, lines, refused } = await widerFilter(stage, 30)
  expect(unlike).toEqual([])
  expect(lines).toEqual(['setting groups.include is ["*"] now, and was ["sentinel-*","simple-*"]'])
  expect(refused).toEqual(refusal('groups.include', '["*"]', '["sentinel-*","simple-*"]'))
})

test('another topic of events takes a flag', async () => {
  const { refused, created, goesOn } = await otherEventsTopic(stage)
  expect(refused).toEqual({
    code: 1,
    reason: expect.stringContaining('start koff once with --accept-events-topic koff.elsewhere'),
  })
  expect(created).toEqual([])
  expect(goesOn).toBe(true)
})
