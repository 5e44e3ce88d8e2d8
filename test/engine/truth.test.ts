import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { corpusFile, eventsOf, inputsOf } from './replay.ts'

/** What was done to the cluster while `dev` was recorded, and what its clients said of themselves. */
interface Step {
  readonly ts: number
  readonly kind: string
  readonly group?: string
  readonly report?: {
    readonly ev: string
    readonly memberId?: string
    readonly committed?: Readonly<Record<string, Committed>>
    /** How its transaction ended. */
    readonly end?: string
  }
  readonly result?: {
    readonly cmd?: Operation
    readonly t0?: number
    readonly t1?: number
    readonly error?: string
  }
  /** The broker's own view. */
  readonly groups?: readonly { readonly group: string; readonly type: string | null }[]
}

interface Operation {
  readonly op: string
  readonly group?: string
  readonly groups?: readonly string[]
  /** `topic-partition` → offset. */
  readonly offsets?: Readonly<Record<string, Committed>>
  readonly partitions?: readonly string[]
  readonly end?: string
}

type Committed = number | readonly [number, string]

describe('events of the recording compared with the actions of its clients and admins', async () => {
  const scenario = await readFile(new URL('../corpus/dev.scenario.ndjson.gz', import.meta.url))
  const steps = gunzipSync(scenario).toString().trim().split('\n')
  const truth = steps.map(line => JSON.parse(line) as Step)
  const inputs = await inputsOf(corpusFile('dev'))
  const events = eventsOf(inputs)
  const all = eventsOf(inputs, { types: new Set(eventTypes) })
  const committed = all.flatMap(event => (event.type === 'offset-committed' ? [event] : []))

  it('every member that a client reported joined once and left once, and no other did', () => {
    const reported = new Set<string>()
    // The scenario goes on in another log, which is a recording of its own.
    const groups = new Set(events.map(event => event.group))
    for (const { group = '', report } of truth) {
      if (groups.has(group) && report?.ev === 'assigned' && report.memberId) reported.add(report.memberId)
    }
    expect(reported.size).toBeGreaterThan(40)
    const came = membersOf(events, 'joined')
    const went = membersOf(events, 'left')
    for (const memberId of reported) {
      expect([memberId, count(came, memberId), count(went, memberId)]).toEqual([memberId, 1, 1])
    }
    expect(new Set(came).size).toBe(came.length)
    expect(new Set(went).size).toBe(went.length)
    expect(came.toSorted()).toEqual(went.toSorted())
  })

  it('every deletion that the broker accepted is there, and while it was made', () => {
    const deletions = truth.filter(
      ({ result }) => result?.cmd?.op.startsWith('del') && result.cmd.groups && !result.error,
    )
    expect(deletions.length).toBeGreaterThan(5)
    for (const { result } of deletions) {
      for (const group of result?.cmd?.groups ?? []) {
        const { t0 = 0, t1 = 0 } = result ?? {}
        const deleted = events.filter(
          event => event.type === 'group-deleted' && event.group === group && event.time >= t0 && event.time <= t1,
        )
        expect([group, deleted.length]).toEqual([group, 1])
      }
    }
  })

  it('every migration in the view of the broker has one event, and there is no other', () => {
    const kinds = new Map<string, string>()
    const changes: string[] = []
    for (const step of truth) {
      for (const { group, type } of step.groups ?? []) {
        const before = kinds.get(group)
        if (type && before !== undefined && before !== type)
          changes.push(`${group}: ${before} to ${type}`.toLowerCase())
        if (type) kinds.set(group, type)
      }
    }
    expect(changes.length).toBeGreaterThan(1)
    const told = events.flatMap(({ type, group, data }) =>
      type === 'group-migrated' ? [`${group}: ${data.from} to ${data.to}`] : [],
    )
    expect(told).toEqual(changes)
  })

  it('every offset that an admin moved or deleted has its event; a refused change has none', () => {
    const withMembers = new Set(events.flatMap(({ type, group }) => (type === 'member-joined' ? [group] : [])))
    const operations = truth.flatMap(({ result = {} }) =>
      result.cmd?.group !== undefined && ['reset', 'deloffsets'].includes(result.cmd.op) ? [result] : [],
    )
    const outcomes = operations.map(({ cmd, t0 = 0, t1 = 0, error }) => {
      const within = ({ group, time }: KoffEvent) => group === cmd?.group && time >= t0 && time <= t1
      const told = all.filter(event => within(event) && isMove(event.type)).map(moveOf)
      if (error !== undefined) return { outcome: 'refused', told, wanted: [] }
      if (cmd?.op === 'deloffsets') {
        return { outcome: 'deleted', told, wanted: (cmd.partitions ?? []).map(at => `offset-deleted ${at}`) }
      }
      // Of a simple group a step forward is nothing that anybody could tell from a commit.
      const kind = withMembers.has(cmd?.group ?? '') ? 'offset-reset' : 'offset-rewound'
      const moved = committed.filter(event => within(event) && isMoved(event, kind))
      return { outcome: 'moved', told, wanted: moved.map(event => `${kind} ${place(event)}`) }
    })
    for (const { told, wanted } of outcomes) expect(told.toSorted(byText)).toEqual(wanted.toSorted(byText))
    const count = (which: string) => outcomes.filter(({ outcome }) => outcome === which).length
    expect([count('refused'), count('deleted'), count('moved')]).toEqual([2, 3, 4])
  })

  it('the offset that an admin set is the committed one', () => {
    let count = 0
    for (const { result = {} } of truth) {
      const { cmd, t0 = 0, t1 = 0, error } = result
      if (cmd?.op !== 'reset' || error !== undefined) continue
      const told = committed.filter(({ group, time }) => group === cmd.group && time >= t0 && time <= t1)
      const found = told.map(event => `${place(event)} ${event.data.offset}`)
      const wanted = Object.keys(cmd.offsets ?? {}).map(partition => `${partition} ${offsetOf(cmd, partition)}`)
      expect(found.toSorted(byText)).toEqual(wanted.toSorted(byText))
      count += 1
    }
    expect(count).toBe(4)
  })

  it('every commit that a client reported is there, unless it aborted its transaction', () => {
    let count = 0
    // The scenario goes on in another log, which is a recording of its own.
    const groups = new Set(events.map(event => event.group))
    for (const { ts, group = '', report } of truth) {
      if (!groups.has(group)) continue
      for (const [partition, value] of Object.entries(report?.committed ?? {})) {
        const offset = typeof value === 'number' ? value : value[0]
        const told = committed.filter(
          event =>
            event.group === group &&
            place(event) === partition &&
            Number(event.data.offset) === offset &&
            Math.abs(event.time - ts) < 2_000,
        )
        const counts = report?.end !== 'abort'
        expect([group, partition, offset, told.length > 0]).toEqual([group, partition, offset, counts])
        count += 1
      }
    }
    expect(count).toBeGreaterThan(100)
  })

  it('committed offsets of a transaction count, aborted ones never do', () => {
    let count = 0
    for (const { result = {} } of truth) {
      const { cmd, t0 = 0, t1 = 0, error } = result
      if (cmd?.op !== 'txn' || error !== undefined || !['commit', 'abort'].includes(cmd.end ?? '')) continue
      const told = committed.filter(
        ({ group, data, time }) =>
          group === cmd.group && data.transactional && time >= t0 && time <= t1 + markerDelayMs,
      )
      const wanted = cmd.end === 'commit' ? Object.keys(cmd.offsets ?? {}) : []
      expect(told.map(event => `${place(event)} ${event.data.offset}`).toSorted(byText)).toEqual(
        wanted.map(partition => `${partition} ${offsetOf(cmd, partition)}`).toSorted(byText),
      )
      count += 1
    }
    expect(count).toBeGreaterThan(3)
  })

  it('a repeated commit of the same offset gives only offset-committed', () => {
    const again = committed.filter(({ data }) => data.previous === data.offset)
    expect(again.length).toBeGreaterThan(100)
    for (const { source, data } of again) {
      const others = all.filter(
        other =>
          other.source.partition === source.partition &&
          other.source.offset === source.offset &&
          isMove(other.type) &&
          place(other) === `${data.topic}-${data.partition}`,
      )
      expect(others).toEqual([])
    }
  })

  it('a group is created before anything else happens to it, and nothing happens to it after its deletion', () => {
    const alive = new Set<string>()
    const wrong: string[] = []
    for (const event of events) {
      // A creation wants the group to be unknown; all but what a deletion takes along wants it known.
      const isKnown = alive.has(event.group)
      if (event.group !== '' && !isOfDeletion(event) && isKnown === (event.type === 'group-created'))
        wrong.push(event.id)
      if (event.type === 'group-created') alive.add(event.group)
      if (event.type === 'group-deleted') alive.delete(event.group)
    }
    expect(wrong).toEqual([])
    expect(alive.size).toBeGreaterThan(0)
  })
})

/** A static member that returns under another id came and went too. */
function membersOf(events: readonly KoffEvent[], which: 'joined' | 'left'): string[] {
  return events.flatMap(event => {
    if (event.type === 'member-replaced') return [which === 'joined' ? event.data.to : event.data.from]
    if (event.type === 'member-joined') return which === 'joined' ? [event.data.member.id] : []
    if (event.type === 'member-left') return which === 'left' ? [event.data.member.id] : []
    return []
  })
}

function count(all: readonly string[], one: string): number {
  return all.filter(other => other === one).length
}

/** What a deletion takes along comes after it in its transition. */
function isOfDeletion(event: KoffEvent): boolean {
  return (
    event.type === 'member-left' ||
    'opened' in event.data ||
    (event.type === 'offset-deleted' && event.data.cause === 'group-deleted')
  )
}

/** The coordinator answers before the marker is in every log. */
const markerDelayMs = 100

function moveOf(event: KoffEvent): string {
  return `${event.type} ${place(event)}`
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}

function isMove(type: string): boolean {
  return ['offset-reset', 'offset-rewound', 'offset-deleted'].includes(type)
}

function isMoved({ data }: KoffEvent<'offset-committed'>, kind: string): boolean {
  const { previous, offset } = data
  return previous !== null && (kind === 'offset-reset' ? previous !== offset : offset < previous)
}

/** `topic-partition` of an event about an offset. */
function place({ data }: { readonly data: unknown }): string {
  const { topic, partition } = data as { readonly topic: string; readonly partition: number }
  return `${topic}-${partition}`
}

function offsetOf({ offsets }: Operation, partition: string): number | undefined {
  const value = offsets?.[partition]
  return typeof value === 'object' ? value[0] : value
}
