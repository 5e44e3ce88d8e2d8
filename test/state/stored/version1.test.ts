import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { Fold } from '../../../src/engine/fold.ts'
import { eventTypes } from '../../../src/events/definitions.ts'
import type { KoffEvent } from '../../../src/events/envelope.ts'
import { eventLine } from '../../../src/events/ndjson.ts'
import { apply } from '../../../src/pipeline/apply.ts'
import type { Input } from '../../../src/state/input.ts'
import { encodeState, takeChanges } from '../../../src/state/stored/encode.ts'
import type { StateEntry } from '../../../src/state/stored/entry.ts'
import { recordingByTime, samplesBefore } from '../../engine/sampledRecording.ts'
import { isCondition } from '../conditions/world.ts'
import { numbered } from './numbered.ts'
import { restoreInto } from './restoreInto.ts'

/*
 * The fixture was written by commit c1efe36, whose state was of version 1: of the recording `dev` with samples, after so
 * many inputs as `cut` says. At 187 a transaction is open, at 321 a rebalance is under way; stalls are open at both.
 */
const cuts = [187, 321] as const

/** By partition. */
const stored = new Map<number, Map<number, StateEntry[]>>()
/** For each input of the recording, what comes before it and itself. */
const inputs: Input[][] = []
/** Of each of these, by a koff that was never restarted. */
const events: KoffEvent[][] = []
const whole = newFold()

beforeAll(async () => {
  for (const line of gunzipSync(readFileSync(fileURLToPath(new URL('version1.state.ndjson.gz', import.meta.url))))
    .toString()
    .trimEnd()
    .split('\n')) {
    const { cut, partition, key, value } = JSON.parse(line) as StateEntry & { cut: number; partition: number }
    const partitions = stored.get(cut) ?? new Map<number, StateEntry[]>()
    stored.set(cut, partitions)
    partitions.set(partition, [...(partitions.get(partition) ?? []), { key, value }])
  }
  const samples = samplesBefore()
  for (const input of await recordingByTime()) {
    const all = [...samples(input, whole), input]
    inputs.push(all)
    events.push(all.flatMap(one => [...apply(whole, one)]))
  }
})

describe('a state that version 1 stored', () => {
  it.each(cuts)('is continued without loss or repetition, cut at %i', cut => {
    const fold = restoredAt(cut)
    const after = inputs.slice(cut).flatMap(all => all.flatMap(input => [...apply(fold, input)]))
    const expected = events.slice(cut).flat()
    expect(recordDerived(after)).toEqual(recordDerived(expected))
    // What is open carries the id that version 1 gave it.
    expect(after.filter(isCondition).map(asThing)).toEqual(expected.filter(isCondition).map(asThing))
    for (const [partition, state] of fold.partitions) {
      expect(ofRecords(encodeState(state))).toEqual(ofRecords(encodeState(whole.stateOf(partition))))
    }
  })

  it.each(cuts)('is replaced by the first write, and nothing of it is left, cut at %i', cut => {
    const fold = restoredAt(cut)
    for (const [partition, state] of fold.partitions) {
      const entries = new Map(
        stored
          .get(cut)
          ?.get(partition)
          ?.map(({ key, value }) => [key, value]),
      )
      for (const { key, value } of takeChanges(state)) {
        if (value === null) entries.delete(key)
        else entries.set(key, value)
      }
      const now = [...entries].map(([key, value]) => ({ key, value }))
      expect(now.map(({ key }) => key).sort()).toEqual(
        encodeState(state)
          .map(({ key }) => key)
          .sort(),
      )
      expect(ofRecords(now)).toEqual(ofRecords(encodeState(state)))
      expect(takeChanges(state)).toHaveLength(1)
    }
  })
})

function newFold(): Fold {
  return new Fold({ cluster: 'c', history: 'none', types: new Set(eventTypes), tracksChanges: true })
}

function restoredAt(cut: number): Fold {
  const fold = newFold()
  for (const [partition, entries] of stored.get(cut) ?? []) {
    fold.adopt(partition, restoreInto(fold.newState(partition), entries))
  }
  return fold
}

function recordDerived(all: readonly KoffEvent[]): string[] {
  return all.filter(event => !isCondition(event)).map(eventLine)
}

function asThing({ type, group, time, data }: KoffEvent): string {
  return `${time} ${type} ${group} ${'topic' in data && 'partition' in data ? `${data.topic}/${data.partition}` : ''}`
}

/** Version 1 knew less of conditions and of names than is known now. */
function ofRecords(entries: readonly StateEntry[]): string[] {
  return sorted(entries.filter(({ key }) => !/^\["(?:conditions?|move|unassigned|topic)"/.test(key)))
}

function sorted(entries: readonly StateEntry[]): string[] {
  return numbered(entries)
    .map(({ key, value }) => `${key} ${value}`)
    .sort()
}
