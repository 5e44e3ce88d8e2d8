import { Readable } from 'node:stream'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventLine } from '../../src/events/ndjson.ts'
import { apply } from '../../src/pipeline/apply.ts'
import { readRecording } from '../../src/sources/recording/readRecording.ts'
import { recordingLines } from '../../src/sources/recording/recordingLines.ts'
import { defaultConditionSettings } from '../../src/state/conditions/settings.ts'
import type { Input } from '../../src/state/input.ts'
import { corpusFile, inputsOf, recordings } from './replay.ts'

const everything = new Map<string, Input[]>()

beforeAll(async () => {
  for (const name of recordings) everything.set(name, (await inputsOf(corpusFile(name))).slice(0, mostInputs))
})

const mostInputs = 600

/** Conditions that open soon, so that samples make many events. */
const settings = {
  ...defaultConditionSettings,
  stallAfterMs: 2_000,
  stallEmptyGroups: true,
  lagThreshold: 5,
  lagTimeThresholdMs: 3_000,
  lagForMs: 0,
  stuckAfterMs: 1_000,
}

/** Samples that a round has, and how many inputs come before it. */
const round = fc.record({
  after: fc.nat({ max: 40 }),
  /** Of the log ends, to the committed offsets; of the time, to the newest record. */
  ahead: fc.integer({ min: -3, max: 30 }),
  laterMs: fc.integer({ min: 0, max: 20_000 }),
  state: fc.constantFrom('PreparingRebalance', 'CompletingRebalance', 'Stable', 'Dead', null),
  lag: fc.option(fc.nat({ max: 20 })),
  isListed: fc.boolean(),
  logStart: fc.nat({ max: 3 }),
})
type Round = typeof round extends fc.Arbitrary<infer T> ? T : never

const story = fc.tuple(fc.constantFrom(...recordings), fc.array(round, { minLength: 1, maxLength: 25 }))

const newFold = () =>
  new Fold({
    cluster: 'c',
    history: 'none',
    tracksChanges: true,
    types: new Set(eventTypes),
    conditions: () => settings,
  })

/** The recording with rounds of samples of all that its groups have: states, log ends, times of records, share offsets, ticks. */
function sampled(name: string, rounds: readonly Round[]): Input[] {
  const fold = newFold()
  const inputs: Input[] = []
  const put = (input: Input) => {
    inputs.push(input)
    apply(fold, input)
  }
  let newest = 0
  let at = 0
  const records = everything.get(name) ?? []
  for (const of of rounds) {
    for (const input of records.slice(at, at + of.after)) {
      put(input)
      if (input.kind === 'batch') newest = Math.max(newest, input.batch.maxTimestamp)
    }
    at += of.after
    for (const input of roundOf(fold, of, newest + of.laterMs)) put(input)
  }
  for (const input of records.slice(at)) put(input)
  return inputs
}

function roundOf(fold: Fold, { ahead, state, lag, isListed, logStart }: Round, timestamp: number): Input[] {
  const inputs: Input[] = []
  for (const { offsets } of fold.partitions.values()) {
    const { table } = offsets
    for (const row of table.rows()) {
      if (!table.isPresent(row)) continue
      const place = { topic: table.topicOf(row).name, partition: table.partitions[row] ?? 0 }
      const offset = Math.max(0, Number(table.offsetOf(row)))
      inputs.push({ kind: 'logEnd', ...place, logStart, logEnd: Math.max(logStart, offset + ahead), timestamp })
      inputs.push({ kind: 'offsetTime', ...place, offset, recordTime: timestamp - 9_000, timestamp })
    }
  }
  for (const { groups, position } of fold.partitions.values()) {
    for (const { name: group, group: known } of groups.values()) {
      if (known?.type === 'share') {
        const start = { group, topic: 'orders', partition: 0, startOffset: 3, ...(lag === null ? {} : { lag }) }
        inputs.push({ kind: 'shareStart', ...start, timestamp })
      }
      if (state !== null) inputs.push({ kind: 'groupState', group, state, position, timestamp })
    }
  }
  const listed = isListed ? { listed: [...fold.partitions.keys()].sort((a, b) => a - b) } : {}
  return [...inputs, { kind: 'tick', timestamp, ...listed }]
}

const isSample = ({ kind }: Input) => ['logEnd', 'offsetTime', 'shareStart', 'groupState', 'tick'].includes(kind)
/** Their ids are positions of records, and an ordinal. */
const ofRecords = (events: readonly KoffEvent[]) => events.filter(({ id }) => /^\d+-\d+-\d+$/.test(id))
const lines = (events: readonly KoffEvent[]) => events.map(event => eventLine(event))

function eventsOf(inputs: readonly Input[]): KoffEvent[] {
  const fold = newFold()
  return inputs.flatMap(input => apply(fold, input))
}

describe('samples of states, log ends, times of records and share offsets', () => {
  it('change no event that records make', () => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(story, ([name, rounds]) => {
        const inputs = sampled(name, rounds)
        const events = eventsOf(inputs)
        for (const { type, id } of events) if (!/^\d+-\d+-\d+$/.test(id)) seen.set(type, (seen.get(type) ?? 0) + 1)
        const bare = eventsOf(inputs.filter(input => !isSample(input)))
        expect(lines(ofRecords(events))).toEqual(lines(ofRecords(bare)))
      }),
      { numRuns: 40 },
    )
    // A law about samples that make no events says nothing.
    for (const type of [
      'rebalance-started',
      'rebalance-stuck',
      'offset-stalled',
      'lag-exceeded',
      'offset-out-of-range',
    ])
      expect([type, (seen.get(type) ?? 0) > 0]).toEqual([type, true])
  })

  it('give the same events again, also from a recording', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ([name, rounds]) => {
        const inputs = sampled(name, rounds)
        const events = lines(eventsOf(inputs))
        expect(lines(eventsOf(inputs))).toEqual(events)
        const recorded: Input[] = []
        const text = Readable.from([Buffer.from(recordingLines(inputs))])
        for await (const chunk of readRecording(text, 'test', new AbortController().signal)) recorded.push(...chunk)
        expect(lines(eventsOf(recorded))).toEqual(events)
      }),
      { numRuns: 10 },
    )
  })
})
