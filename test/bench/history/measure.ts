import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openHistory, readHistory } from '../../../src/history/openHistory.ts'
import { conditionsOf } from '../../../src/history/queries/conditions.ts'
import { groupDiff } from '../../../src/history/queries/diff.ts'
import { eventsPage } from '../../../src/history/queries/events.ts'
import { groupsAt } from '../../../src/history/queries/groupsAt.ts'
import { membersOf } from '../../../src/history/queries/members.ts'
import { ownersOf } from '../../../src/history/queries/owners.ts'
import { progressOf } from '../../../src/history/queries/progress.ts'
import { rebalancesOf } from '../../../src/history/queries/rebalances.ts'
import type { HistoryReader, HistoryStore } from '../../../src/history/store.ts'
import {
  begin,
  cluster,
  groupCount,
  groupName,
  MadeGroups,
  madeEvent,
  numbers,
  partitionCount,
  topicName,
  weekMs,
} from './made.ts'

export interface HistoryFigures {
  readonly events: number
  readonly eventsPerSecond: number
  readonly bytesPerEvent: number
  readonly hours: number
  readonly points: number
  readonly pointsPerSecond: number
  readonly bytesPerPoint: number
  /** Milliseconds: median and worst. */
  readonly answers: readonly { readonly question: string; readonly median: number; readonly worst: number }[]
}

export interface MeasureOptions {
  readonly place: string
  readonly events: number
  /** Hours of progress. */
  readonly hours: number
  readonly say: (line: string) => void
}

/** Items in one transaction, as the sink writes them. */
const writeSize = 5_000
const askCount = 25

/** Fills an empty history and asks it each question. */
export async function measureHistory({ place, events, hours, say }: MeasureOptions): Promise<HistoryFigures> {
  const filled = await fill({ place, events, hours, say })
  await using reader = await readHistory(place)
  const answers = []
  for (const [question, ask] of questions(reader, hours)) {
    const times: number[] = []
    for (let count = 0; count < askCount; count++) {
      const start = performance.now()
      await ask()
      times.push(performance.now() - start)
    }
    times.sort((a, b) => a - b)
    const [median = 0, worst = 0] = [times[times.length >> 1], times.at(-1)]
    say(`${question}: median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`)
    answers.push({ question, median, worst })
  }
  return { ...filled, answers }
}

async function fill({ place, events, hours, say }: MeasureOptions): Promise<Omit<HistoryFigures, 'answers'>> {
  await using store = await openHistory(place)
  const random = numbers(1)
  const empty = await sizeOf(store, place)
  let seconds = 0
  const sayEvery = Math.max(writeSize, events / 20)
  let said = { at: 0, seconds: 0 }
  for (let at = 0; at < events; at += writeSize) {
    const length = Math.min(writeSize, events - at)
    const items = Array.from({ length }, (_, index) => {
      return { kind: 'event', event: madeEvent(at + index, events, random) } as const
    })
    const start = performance.now()
    await store.write(items)
    seconds += (performance.now() - start) / 1000
    if (at + length - said.at < sayEvery) continue
    const rate = Math.round((at + length - said.at) / (seconds - said.seconds))
    say(`${at + length} events, ${rate} a second`)
    said = { at: at + length, seconds }
  }
  const afterEvents = await sizeOf(store, place)
  const groups = new MadeGroups()
  let points = 0
  let pointSeconds = 0
  for (let minute = 0; minute < hours * 60; minute++) {
    const items = [...groups.minute(minute)]
    const start = performance.now()
    for (let at = 0; at < items.length; at += writeSize) await store.write(items.slice(at, at + writeSize))
    pointSeconds += (performance.now() - start) / 1000
    points += groupCount * partitionCount
    if (minute % 60 === 59) say(`${points} points, ${Math.round(points / pointSeconds)} a second`)
  }
  const bytes = await sizeOf(store, place)
  return {
    events,
    eventsPerSecond: events / seconds,
    bytesPerEvent: (afterEvents - empty) / events,
    hours,
    points,
    pointsPerSecond: points / pointSeconds,
    bytesPerPoint: (bytes - afterEvents) / points,
  }
}

async function sizeOf(store: HistoryStore, place: string): Promise<number> {
  if (place.startsWith('postgres')) {
    await sleep(1_000)
    const [row] = await store.all('SELECT pg_database_size(current_database()) AS bytes')
    return Number(row?.['bytes'])
  }
  await store.all('PRAGMA wal_checkpoint(TRUNCATE)')
  return statSync(place).size
}

/** What people ask, each time about another group. */
function questions(reader: HistoryReader, hours: number): readonly (readonly [string, () => Promise<unknown>])[] {
  const random = numbers(3)
  const number = () => Math.floor(random() * groupCount)
  const group = () => groupName(number())
  const week = { from: begin, to: begin + weekMs }
  const evening = { from: begin + weekMs / 2, to: begin + weekMs / 2 + 8 * 3_600_000 }
  const at = () => begin + Math.floor(random() * hours * 3_600_000)
  const everyGroup = async () => {
    const time = at()
    for (let after: string | undefined; ; ) {
      const { next } = await groupsAt(reader, { cluster, at: time, after })
      if (next === null) return
      after = next
    }
  }
  const diff = async () => {
    const name = group()
    const [before, after] = [
      await groupsAt(reader, { cluster, group: name, at: at() }),
      await groupsAt(reader, { cluster, group: name, at: at() }),
    ]
    return groupDiff(name, before.groups[0] ?? null, after.groups[0] ?? null)
  }
  return [
    ['events --last 50', () => eventsPage(reader, { cluster, order: 'newest', limit: 50 })],
    [
      'events of 15 minutes --severity warn',
      () => eventsPage(reader, { cluster, from: week.to - 900_000, severity: 'warn' }),
    ],
    [
      'events of a group, the last 50',
      () => eventsPage(reader, { cluster, group: group(), order: 'newest', limit: 50 }),
    ],
    [
      'events of a type, the last 50',
      () => eventsPage(reader, { cluster, types: ['offset-reset'], order: 'newest', limit: 50 }),
    ],
    [
      'events of a topic and partition',
      () => eventsPage(reader, { cluster, topic: topicName(number()), partition: 3, limit: 50 }),
    ],
    ['events of a client', () => eventsPage(reader, { cluster, client: `client-${number()}-1`, limit: 50 })],
    ['events of a host', () => eventsPage(reader, { cluster, host: `/10.1.${number() % 250}.1`, limit: 50 })],
    ['group G --at T', () => groupsAt(reader, { cluster, at: at(), group: group() })],
    ['groups --at T, a page of 1,000', () => groupsAt(reader, { cluster, at: at() })],
    ['groups --at T, all 3,000', everyGroup],
    [
      'owner TOPIC PARTITION --at T',
      async () => {
        const time = at()
        return ownersOf(reader, { cluster, topic: topicName(number()), partition: 3, from: time, to: time })
      },
    ],
    [
      'owner TOPIC PARTITION of the whole time',
      () => ownersOf(reader, { cluster, topic: topicName(number()), partition: 3, ...week }),
    ],
    ['resets of a night', () => eventsPage(reader, { cluster, types: ['offset-reset'], ...evening })],
    ['rebalances G, the last 20', () => rebalancesOf(reader, { cluster, group: group(), limit: 20 })],
    ['members G', () => membersOf(reader, { cluster, group: group(), ...week })],
    ['diff G', diff],
    ['conditions G', () => conditionsOf(reader, { cluster, group: group(), ...week })],
    [
      'progress G, 1 hour',
      async () => {
        const from = at()
        return progressOf(reader, { cluster, group: group(), from, to: from + 3_600_000 })
      },
    ],
  ]
}
