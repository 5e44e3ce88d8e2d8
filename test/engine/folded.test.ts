import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { apply } from '../../src/pipeline/apply.ts'
import { defaultConditionSettings } from '../../src/state/conditions/settings.ts'
import type { Input } from '../../src/state/input.ts'
import { type LogShape, simulatedLog } from '../state/simulatedCluster.ts'
import { folded } from './folded.ts'
import { corpusFile, eventsOf, inputsOf } from './replay.ts'
import { recordingByTime, samplesBefore } from './sampledRecording.ts'

/* The law of the order of events: a reader who folds them never meets what is not there. */

const types = new Set(eventTypes)
/** Every condition opens soon. */
const conditions = () => ({ ...defaultConditionSettings, lagThreshold: 1, lagForMs: 0 })

describe.each(['dev', 'old282', 'old332', 'old391'])('the recording %s', name => {
  test('is folded without meeting a group, member or offset that is not there', async () => {
    const events = eventsOf(await inputsOf(corpusFile(name)), { types })
    expect(events.length).toBeGreaterThan(0)
    expect(folded(events)).toEqual([])
  })
})

test('the recording with samples of log ends is folded as well, its conditions included', async () => {
  const inputs = await recordingByTime()
  const events = sampled(inputs)
  const seen = new Set(events.map(({ type }) => type))
  expect([...seen]).toEqual(expect.arrayContaining(['offset-stalled', 'offset-resumed', 'lag-exceeded']))
  expect(folded(events)).toEqual([])
})

test('any log of a simulated coordinator is folded, sampled all along', () => {
  const shape: fc.Arbitrary<LogShape> = fc.record({
    choices: fc.noBias(fc.array(fc.nat({ max: 3 * 16 * 1_000 }), { minLength: 20, maxLength: 150, size: 'max' })),
    magic: fc.constantFrom(2 as const, 2 as const, 1 as const, 0 as const),
  })
  fc.assert(
    fc.property(shape, given => {
      const inputs = simulatedLog(given).batches.map(batch => ({ kind: 'batch', batch }) as const)
      expect(folded(sampled(inputs))).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('what is not there is found', () => {
  const [event] = eventsOf([], { types })
  expect(event).toBeUndefined()
  const left = { id: '0-1-0', type: 'member-left', group: 'g', data: { member: { id: 'm' }, held: [] } }
  const created = { id: '0-0-0', type: 'group-created', group: 'g', data: {} }
  const stalled = {
    id: '0-1-offset-stalled-0',
    type: 'offset-stalled',
    group: 'g',
    data: { topic: 't', partition: 0, member: null },
  }
  const faultsOf = (...events: readonly object[]) => folded(events as readonly KoffEvent[]).length
  expect([faultsOf(left), faultsOf(created, left), faultsOf(created, created), faultsOf(created, stalled)]).toEqual([
    1, 1, 1, 1,
  ])
})

function sampled(inputs: readonly Input[]): KoffEvent[] {
  const fold = new Fold({ cluster: '', history: 'none', types, conditions })
  const before = samplesBefore()
  const events = inputs.flatMap(input => [...before(input, fold), input].flatMap(one => apply(fold, one)))
  return [...events, ...fold.end()]
}
