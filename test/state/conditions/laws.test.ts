import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fold } from '../../../src/engine/fold.ts'
import type { KoffEvent } from '../../../src/events/envelope.ts'
import { eventLine } from '../../../src/events/ndjson.ts'
import { apply } from '../../../src/pipeline/apply.ts'
import { readRecording } from '../../../src/sources/recording/readRecording.ts'
import { recordingLines } from '../../../src/sources/recording/recordingLines.ts'
import { type ConditionSettings, defaultConditionSettings } from '../../../src/state/conditions/settings.ts'
import type { LogEndInput } from '../../../src/state/input.ts'
import { encodeState, takeChanges } from '../../../src/state/stored/encode.ts'
import type { StateChange } from '../../../src/state/stored/entry.ts'
import { numbered } from '../stored/numbered.ts'
import { restoreInto } from '../stored/restoreInto.ts'
import { consumer, isCondition, member, World } from './world.ts'

const settings: ConditionSettings = {
  ...defaultConditionSettings,
  stallAfterMs: 30_000,
  lagThreshold: 40,
  lagForMs: 20_000,
  stormRebalances: 3,
  stormWithinMs: 60_000,
  stormBurstMs: 2_000,
  unassignedAfterMs: 20_000,
  // Never at risk: how log starts moved is in memory, and not the same after a restart.
  riskWithinMs: -1,
  riskRatio: -1,
}

const partitions = 3
const timeout = { rebalanceTimeoutMs: 20_000 }

/** What can happen; offsets and log ends move by small steps, so that everything comes near to everything. */
type Step =
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'commit'; readonly partition: number; readonly by: number }
  | { readonly kind: 'delete'; readonly partition: number }
  | { readonly kind: 'produce'; readonly partition: number; readonly count: number }
  | { readonly kind: 'retention'; readonly partition: number; readonly count: number }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'classic' | 'consumer'; readonly members: readonly number[]; readonly slow: boolean }
  | { readonly kind: 'settle' | 'empty' | 'gone' }
  | { readonly kind: 'sample'; readonly lateSeconds: number }
  | { readonly kind: 'topic'; readonly count: number }

const partition = fc.nat({ max: partitions - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 15 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('commit' as const), partition, by: fc.integer({ min: -3, max: 8 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), partition }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('produce' as const), partition, count: fc.nat({ max: 20 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('retention' as const), partition, count: fc.nat({ max: 20 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constant(61) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('classic' as const, 'consumer' as const),
      members: fc.uniqueArray(fc.nat({ max: 3 }), { minLength: 1, maxLength: 3 }),
      slow: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('settle' as const, 'empty' as const, 'gone' as const) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('sample' as const), lateSeconds: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('topic' as const), count: fc.integer({ min: 1, max: 4 }) }) },
)
const story = fc.array(step, { minLength: 20, maxLength: 120 })

/** What happened, input by input. */
function played(steps: readonly Step[], stallEmptyGroups: boolean, more: Partial<ConditionSettings> = {}): World {
  const world = new World({ ...settings, stallEmptyGroups, ...more })
  const starts = [0, 0, 0]
  const ends = [20, 20, 20]
  const committed: (number | null)[] = [null, null, null]
  let epoch = 0
  let kind: 'classic' | 'consumer' | null = null
  let names: string[] = []
  let sampledAt = world.now
  // Now and then nobody has partition 0, or one has all.
  const ownerOf = (p: number) => (epoch % 5 === 0 && p === 0 ? -1 : epoch % 4 === 0 ? 0 : p % Math.max(1, names.length))
  const assigned = () => names.map((_, at) => [0, 1, 2].filter(p => ownerOf(p) === at))
  for (const at of steps) {
    switch (at.kind) {
      case 'wait':
        world.wait(at.seconds)
        break
      case 'commit':
        committed[at.partition] = Math.max(0, (committed[at.partition] ?? 10) + at.by)
        world.commit({ [at.partition]: committed[at.partition] ?? null })
        break
      case 'delete':
        committed[at.partition] = null
        world.commit({ [at.partition]: null })
        break
      case 'produce':
        ends[at.partition] = (ends[at.partition] ?? 0) + at.count
        break
      case 'retention':
        starts[at.partition] = Math.min(ends[at.partition] ?? 0, (starts[at.partition] ?? 0) + at.count)
        break
      case 'truncate':
        starts.fill(0)
        ends.fill(10)
        break
      case 'classic':
      case 'consumer': {
        if (kind !== null && kind !== at.kind) break
        const gone = names
        kind = at.kind
        epoch++
        names = at.members.map(n => `m${n}`).sort()
        if (kind === 'classic') world.generation(epoch, ...names.map((name, i) => member(name, assigned()[i] ?? [])))
        else {
          const left = gone.filter(name => !names.includes(name)).map(name => [name, null] as const)
          const reached = at.slow ? epoch - 1 : epoch
          const there = names.map((name, i) => [name, consumer(reached, assigned()[i] ?? [], timeout)] as const)
          world.epoch(epoch, Object.fromEntries([...left, ...there]))
        }
        break
      }
      case 'settle':
        if (kind !== 'consumer') break
        world.members(
          Object.fromEntries(names.map((name, i) => [name, consumer(epoch, assigned()[i] ?? [], timeout)] as const)),
        )
        break
      case 'empty':
        if (kind === null || names.length === 0) break
        epoch++
        if (kind === 'classic') world.generation(epoch)
        else world.epoch(epoch, Object.fromEntries(names.map(name => [name, null])))
        names = []
        break
      case 'gone':
        if (kind === null) break
        world.batch(...(kind === 'classic' ? [world.tombstone()] : world.gone(...names)))
        committed.fill(null)
        kind = null
        names = []
        break
      case 'sample':
        // One sampler's samples come in their order.
        sampledAt = Math.max(sampledAt, world.now - at.lateSeconds * 1000)
        world.sample(
          Object.fromEntries(ends.map((end, p) => [p, [starts[p] ?? 0, end] as const])),
          (world.now - sampledAt) / 1000,
        )
        break
      case 'topic':
        world.topic(at.count)
        break
    }
  }
  return world
}

const openerOf: Readonly<Record<string, string>> = {
  'offset-resumed': 'offset-stalled',
  'lag-recovered': 'lag-exceeded',
  'offset-safe': 'offset-at-risk',
  'offset-range-recovered': 'offset-out-of-range',
  'rebalance-resumed': 'rebalance-stuck',
  'rebalance-settled': 'rebalance-storm',
  'partition-assigned': 'partition-unassigned',
  'assignment-balanced': 'assignment-skewed',
}

/** What does not open and close in turn. */
function faultsIn(conditions: readonly KoffEvent[]): string[] {
  const open = new Map<string, KoffEvent>()
  const faults: string[] = []
  for (const event of conditions) {
    const opener = openerOf[event.type]
    const key = `${opener ?? event.type} ${placeOf(event)}`
    const before = open.get(key)
    if (opener === undefined) {
      if (before !== undefined) faults.push(`${event.id} opens what ${before.id} has opened`)
      open.set(key, event)
    } else {
      const { data } = event
      const isRight =
        before !== undefined &&
        'opened' in data &&
        data.opened === before.id &&
        // A stall lasts from when the offset had last grown, which a commit that closes it does not tell.
        (event.type === 'offset-resumed' || data.durationMs === Math.max(0, event.time - before.time))
      if (!isRight) faults.push(`${event.id} closes ${JSON.stringify(data)}, open is ${before?.id ?? 'nothing'}`)
      open.delete(key)
    }
  }
  return faults
}

function placeOf({ group, data }: KoffEvent): string {
  return 'topic' in data && 'partition' in data ? `${group} ${data.topic}/${data.partition}` : group
}

const newFold = (stallEmptyGroups: boolean) =>
  new Fold({
    cluster: 'c',
    history: 'none',
    tracksChanges: true,
    conditions: () => ({ ...settings, stallEmptyGroups }),
  })

const lines = (events: readonly KoffEvent[]) => events.map(event => eventLine(event))
/** Lag in time is measured by samples, which are not stored: after a restart it is known from then on. */
function withoutLagTime(event: KoffEvent): KoffEvent {
  return 'lagMs' in event.data ? ({ ...event, data: { ...event.data, lagMs: null } } as KoffEvent) : event
}

describe('laws of conditions', () => {
  it('openings and closings of one thing alternate; a closing names its opening; no id is there twice', () => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(story, fc.boolean(), (steps, empty) => {
        const { events } = played(steps, empty, { riskWithinMs: 3_600_000, riskRatio: 0.3 })
        expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
        const conditions = events.filter(isCondition)
        for (const { type } of conditions) seen.set(type, (seen.get(type) ?? 0) + 1)
        for (const { id, source, type } of conditions) expect(id).toMatch(`0-${source.offset}-${type}-`)
        expect(faultsIn(conditions)).toEqual([])
      }),
      // Enough of them that the rarest event, one in a hundred histories, comes for certain.
      { numRuns: 1_500 },
    )
    // A law about events that never come says nothing.
    for (const [closing, opening] of Object.entries(openerOf)) {
      expect([closing, (seen.get(closing) ?? 0) > 0]).toEqual([closing, true])
      expect([opening, (seen.get(opening) ?? 0) > 0]).toEqual([opening, true])
    }
  })

  it('cut anywhere, the rest from the stored state gives the rest of the events, and the same state', () => {
    fc.assert(
      fc.property(story, fc.nat(), fc.boolean(), (steps, at, empty) => {
        const { inputs, events, fold } = played(steps, empty)
        let cut = at % (inputs.length + 1)
        // A round of samples comes as a whole, or not at all.
        while (inputs[cut - 1]?.kind === 'logEnd') cut++
        const first = newFold(empty)
        const stored = new Map<string, string>()
        const before = inputs.slice(0, cut).flatMap((input, n) => {
          const made = apply(first, input)
          if (n % 3 === 0) store(first, stored)
          return made
        })
        store(first, stored)
        expect(sorted([...stored].map(([key, value]) => ({ key, value })))).toEqual(sorted(entriesOf(first)))
        const second = restored(
          [...stored].map(([key, value]) => ({ key, value })),
          empty,
        )
        // A sampler tells first what topics there are.
        for (const told of inputs.slice(0, cut)) if (told.kind === 'topic') apply(second, told)
        const after = inputs.slice(cut).flatMap(input => apply(second, input))
        expect(lines([...before, ...after].map(withoutLagTime))).toEqual(lines(events.map(withoutLagTime)))
        expect(sorted(entriesOf(second))).toEqual(sorted(entriesOf(fold)))
      }),
      { numRuns: 300 },
    )
  })

  it('a recording of the inputs replays to the same events', async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.boolean(), async (steps, empty) => {
        const { inputs, events } = played(steps, empty)
        const fold = newFold(empty)
        const again: KoffEvent[] = []
        const text = Readable.from([Buffer.from(recordingLines(inputs))])
        for await (const chunk of readRecording(text, 'test', new AbortController().signal)) {
          for (const input of chunk) again.push(...apply(fold, input))
        }
        expect(lines(again)).toEqual(lines(events))
      }),
      { numRuns: 100 },
    )
  })

  it('an offset is stalled only where all samples of the window were ahead of it, and nothing committed was higher', () => {
    let stalls = 0
    fc.assert(
      fc.property(story, fc.boolean(), (steps, empty) => {
        const { inputs } = played(steps, empty)
        const fold = newFold(empty)
        /** Samples that were ahead without a break since the offset last grew. */
        const ahead = new Map<number, LogEndInput[]>()
        let committed: ReadonlyMap<number, number> = new Map()
        for (const input of inputs) {
          const events = apply(fold, input)
          const now = offsetsOf(fold)
          for (const p of [0, 1, 2]) if (!((now.get(p) ?? 0) <= (committed.get(p) ?? -1))) ahead.set(p, [])
          committed = now
          if (input.kind === 'logEnd') {
            const isAhead = input.logEnd > (committed.get(input.partition) ?? Number.POSITIVE_INFINITY)
            ahead.set(input.partition, isAhead ? [...(ahead.get(input.partition) ?? []), input] : [])
          }
          for (const { type, time, data } of events) {
            if (type !== 'offset-stalled') continue
            const samples = ahead.get(data.partition) ?? []
            expect(samples.length).toBeGreaterThan(1)
            expect(samples[0]?.timestamp).toBeLessThanOrEqual(time - settings.stallAfterMs)
            expect(samples.at(-1)?.timestamp).toBeGreaterThanOrEqual(time)
            expect(committed.get(data.partition)).toBe(data.offset)
            const { logStart = 0 } = samples.at(-1) ?? {}
            expect(data.lag).toBe(Number(data.logEnd) - Math.max(Number(data.offset), logStart))
            stalls++
          }
        }
      }),
      { numRuns: 200 },
    )
    expect(stalls).toBeGreaterThan(20)
  })
})

function offsetsOf(fold: Fold): Map<number, number> {
  const { table } = fold.stateOf(0).offsets
  const offsets = new Map<number, number>()
  for (const row of table.rows())
    if (table.isPresent(row)) offsets.set(table.partitions[row] ?? 0, Number(table.offsetOf(row)))
  return offsets
}

/** Also of a history without a record, of which a fold has no partition yet. */
function entriesOf(fold: Fold): StateChange[] {
  return [...encodeState(fold.stateOf(0))]
}

/** The order of entries means nothing. */
function sorted(entries: readonly StateChange[]): string[] {
  return numbered(entries)
    .map(({ key, value }) => `${key} ${value ?? ''}`)
    .sort()
}

function store(fold: Fold, stored: Map<string, string>): void {
  for (const { key, value } of takeChanges(fold.stateOf(0))) {
    if (value === null) stored.delete(key)
    else stored.set(key, value)
  }
}

function restored(entries: readonly StateChange[], stallEmptyGroups: boolean): Fold {
  const fold = newFold(stallEmptyGroups)
  fold.adopt(0, restoreInto(fold.newState(0), entries))
  return fold
}
