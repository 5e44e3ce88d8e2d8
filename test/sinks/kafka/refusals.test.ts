import { expect, test } from 'vitest'
import type { SharedSettings } from '../../../src/delivery/sharedSettings.ts'
import { refusalError, refusals } from '../../../src/sinks/kafka/exactlyOnce/refusals.ts'
import type { Claim } from '../../../src/sinks/kafka/exactlyOnce/stickyAssignment.ts'

const old: SharedSettings = { topic: 'events', snapshot: 'emit' }
const other: SharedSettings = { topic: 'elsewhere', snapshot: 'emit' }

function claim(memberId: string, settings: SharedSettings | undefined, since = 0): Claim {
  return { memberId, partitions: [], since, instance: `host:${memberId}`, ...(settings && { settings }) }
}

async function refused(claims: readonly Claim[], stored: SharedSettings | null = null): Promise<string[]> {
  const found = await refusals(claims, async () => stored)
  const turned = await refusals(claims.toReversed(), async () => stored)
  expect([...turned.keys()].sort()).toEqual([...found.keys()].sort())
  return [...found.keys()].sort()
}

test('instances that agree all work, and one that says nothing is let be', async () => {
  expect(await refused([claim('a', old, 5), claim('b', old), claim('c', undefined)])).toEqual([])
})

test('a new instance with other settings is refused while one with the present ones works', async () => {
  expect(await refused([claim('a', other), claim('b', old, 5), claim('c', other)])).toEqual(['a', 'c'])
})

test('of two that work, the one that was given partitions later is right: the other was away', async () => {
  expect(await refused([claim('a', old, 5), claim('b', other, 9)])).toEqual(['a'])
})

test('of instances that start at the same moment those with the stored settings work', async () => {
  expect(await refused([claim('a', other), claim('b', old)], old)).toEqual(['a'])
  expect(await refused([claim('a', old), claim('b', other)], old)).toEqual(['b'])
})

test('where nothing that fits is stored, the first by its id is right', async () => {
  expect(await refused([claim('a', other), claim('b', old)])).toEqual(['b'])
  expect(await refused([claim('b', old), claim('a', other)], { topic: 'third' })).toEqual(['b'])
})

test('a setting that only one side knows is not compared', async () => {
  expect(await refused([claim('a', { ...old, format: 'json' }), claim('b', old, 5)])).toEqual([])
})

test('a refusal names the settings, both values and the other instance', () => {
  const { code, message } = refusalError(old, { instance: 'host:7', settings: other })
  expect(code).toBe('SETTINGS_DIFFER')
  expect(message).toMatch(/\(host:7\) runs with other settings: topic is "events" here and "elsewhere" there\./)
})
