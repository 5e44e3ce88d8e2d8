import { expect } from 'vitest'
import type { JavaAdmin } from '../clients/admin.ts'
import type { Kafka } from '../servers/kafka.ts'
import type { Expected } from './expected.ts'
import { type KoffProcess, koff, startKoff } from './koff.ts'
import { partitionOf } from './partitionOf.ts'

/** An event as a line of NDJSON holds it. */
export interface EventLine extends Expected {
  readonly id: string
  readonly cluster: string
  readonly group: string
  readonly time: number
  readonly severity: string
  readonly source: { readonly partition: number; readonly offset: number; readonly timestamp: number }
  readonly part: number
  readonly parts: number
}

/** Every type of event that records make, those that are off by default, too. */
export const everyType = ['--event', 'default', '--event', 'offset-committed', '--event', 'leader-changed'] as const

/** `koff events` of its own, with every type of event. */
export function watchEvents(kafka: Kafka): KoffProcess {
  return startKoff(['events', '--brokers', kafka.bootstrap, ...everyType])
}

export function eventsIn(lines: readonly string[]): EventLine[] {
  return lines.map(line => JSON.parse(line) as EventLine)
}

/** Conditions depend on how long a test takes on its machine; the ids of what records tell are three numbers. */
function isTimed({ id, group }: EventLine): boolean {
  return group !== '' && !/^\d+-\d+-\d+$/.test(id)
}

/**
 * Events that records made of groups, by group; those of sentinels and of koff's own group are left out, and those about
 * koff itself.
 */
export function byGroup(events: readonly EventLine[]): Record<string, EventLine[]> {
  const groups: Record<string, EventLine[]> = {}
  for (const event of events) {
    const isOther = event.group === '' || event.group === 'koff.instances' || event.group.startsWith('sentinel-')
    if (!isOther && !isTimed(event)) (groups[event.group] ??= []).push(event)
  }
  return groups
}

/** What events say, for comparison with what they should. */
export function said(events: readonly EventLine[] = []): Expected[] {
  return events.map(({ type, groupType, data }) => ({ type, groupType, data }))
}

export interface Cluster {
  readonly kafka: Kafka
  readonly admin: JavaAdmin
  /** Of `__consumer_offsets`; 4 unless given. */
  readonly offsetsPartitions?: number
}

let sentinels = 0

/**
 * Waits until koff has told everything that is in the log now: the event of a new group in every partition comes after
 * all that was there before it.
 */
export async function toldAll(watch: KoffProcess, { admin, offsetsPartitions = 4 }: Cluster): Promise<EventLine[]> {
  for (let partition = 0; partition < offsetsPartitions; partition += 1) {
    let group = ''
    do group = `sentinel-${(sentinels += 1)}`
    while (partitionOf(group, offsetsPartitions) !== partition)
    await admin.alterOffsets(group, { orders: { 0: 0 } })
    await watch.line(line => line.includes(`"group":"${group}"`), 60_000)
  }
  return eventsIn(watch.lines()).filter(event => !isTimed(event))
}

/** The events of the broker's own files, read as if they were live, by group. */
export async function replayed(kafka: Kafka, file: string = kafka.dataFolder): Promise<Record<string, EventLine[]>> {
  const { code, lines, stderr } = await koff(['replay', '--cluster', kafka.clusterId, ...everyType, file])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return byGroup(eventsIn(lines))
}

interface DecodedLine {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly type?: string
  readonly group?: string
  readonly key?: { readonly partition?: number }
  readonly value?: unknown
}

/** The records of the broker's own files. */
export async function decoded(kafka: Kafka): Promise<DecodedLine[]> {
  const { code, lines } = await koff(['decode', kafka.dataFolder])
  expect(code).toBe(0)
  return lines.map(line => JSON.parse(line) as DecodedLine)
}

/** A broker deletes the offsets of a group in an order of its own: the order in which these are expected is its records'. */
export function inOrderOfTombstones(
  expected: readonly Expected[],
  group: string,
  records: readonly DecodedLine[],
): readonly Expected[] {
  const tombstones = records.filter(record => record.group === group && record.type === 'OFFSET_COMMIT')
  const order = tombstones.flatMap(({ key, value }) => (value === null ? [key?.partition] : []))
  const place = ({ data }: Expected) => order.indexOf((data as { partition: number }).partition)
  const deletions = expected.filter(({ type }) => type === 'offset-deleted').toSorted((a, b) => place(a) - place(b))
  let next = 0
  return expected.map(event => (event.type === 'offset-deleted' ? (deletions[next++] ?? event) : event))
}

const warnings = new Set(['group-emptied', 'group-deleted', 'offset-rewound', 'offset-reset'])

/**
 * Envelopes are as the contract has them: ids made of the position of a record of that group, counted on within one
 * transition, in the order of the log, none twice.
 */
export function expectSoundEnvelopes(
  events: readonly EventLine[],
  kafka: Kafka,
  records: readonly DecodedLine[],
): void {
  const timestamps = new Map(records.map(({ partition, offset, timestamp }) => [`${partition}-${offset}`, timestamp]))
  const groups = new Map(records.map(({ partition, offset, group }) => [`${partition}-${offset}`, group]))
  const last = new Map<number, { readonly offset: number; readonly ordinal: number }>()
  for (const { id, cluster, group, type, severity, source } of events) {
    const position = `${source.partition}-${source.offset}`
    const before = last.get(source.partition) ?? { offset: -1, ordinal: -1 }
    const ordinal = before.offset === source.offset ? before.ordinal + 1 : 0
    expect(id).toBe(`${position}-${ordinal}`)
    expect(source.offset).toBeGreaterThanOrEqual(before.offset)
    last.set(source.partition, { offset: source.offset, ordinal })
    expect(source.timestamp).toBe(timestamps.get(position))
    // A marker belongs to no group.
    expect([group, undefined]).toContain(groups.get(position))
    expect(severity).toBe(type === 'topic-recreated' ? 'error' : warnings.has(type) ? 'warn' : 'info')
    expect(cluster).toBe(kafka.clusterId)
  }
}
