import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { corpusFile, eventsOf, inputsOf } from './replay.ts'

/** What was done to the cluster while `dev` was recorded, and what its clients said of themselves. */
interface Step {
  readonly ts: number
  readonly kind: string
  readonly group?: string
  readonly report?: { readonly ev: string; readonly memberId?: string }
  readonly result?: {
    readonly cmd?: { readonly op: string; readonly groups?: readonly string[] }
    readonly t0?: number
    readonly t1?: number
    readonly error?: string
  }
}

describe('events of the recording against what its clients and admins did', async () => {
  const scenario = await readFile(new URL('../corpus/dev.scenario.ndjson.gz', import.meta.url))
  const steps = gunzipSync(scenario).toString().trim().split('\n')
  const truth = steps.map(line => JSON.parse(line) as Step)
  const events = eventsOf(await inputsOf(corpusFile('dev')))

  it('every member that a client reported joined once and left once, and nobody else did', () => {
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
