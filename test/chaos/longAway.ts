import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../clients/until.ts'
import { koff } from '../e2e/koff.ts'
import type { EventLine } from '../e2e/watch.ts'
import { cleaned, keepAll } from './compaction.ts'
import { linesOf } from './lostTopics.ts'
import { commitSentinel, offsetsPartitions, type Stage } from './stage.ts'

export interface LongAway {
  /** Groups, and offsets of groups that live on, which ended while koff was away, with not exactly one event of that. */
  readonly unlike: readonly string[]
  /** Ids of the events that say so, which are not as they should be. */
  readonly strangeIds: readonly string[]
  /** Groups that live on and were told as ended. */
  readonly falselyEnded: readonly string[]
  /** Groups that a reader of the events knows, and the log does not, or the other way round. */
  readonly unknown: readonly string[]
  /** Lines of the log about partitions that are read again. */
  readonly lines: readonly string[]
  readonly exitCode: number | null
}

const keptMs = 2_000

/**
 * Groups and offsets are deleted while koff is away, and the cleaner takes their tombstones. In the end who reads the events
 * knows the groups that there are.
 */
export async function longAway(stage: Stage, { groups }: { readonly groups: number }): Promise<LongAway> {
  const { kafka, admin, say } = stage
  const first = stage.startInstance()
  await stage.caughtUp()
  const gone = Array.from({ length: groups }, (_, at) => `gone-${at}`)
  const partly = Array.from({ length: groups }, (_, at) => `partly-${at}`)
  const live = Array.from({ length: groups }, (_, at) => `live-${at}`)
  for (const group of [...gone, ...partly, ...live]) await admin.alterOffsets(group, { orders: { 0: 1, 1: 2 } })
  await stage.settled()
  first.kill('SIGTERM')
  await first.ended
  for (const group of gone) await admin.deleteGroups(group)
  for (const group of partly) await admin.deleteOffsets(group, { orders: [1] })
  say('deleted; waiting for the cleaner')
  await cleaned(stage, { 'delete.retention.ms': String(keptMs) })
  await sleep(keptMs)
  // A pass finds the tombstones, and one after their time takes them.
  await cleaned(stage, { 'delete.retention.ms': String(keptMs) })
  const left = await decodedTombstones(kafka.dataFolder)
  say(`${left} tombstones are left in the log`)
  await keepAll(stage)
  const again = stage.startInstance()
  for (let partition = 0; partition < offsetsPartitions; partition++) await commitSentinel(admin, partition)
  await stage.settled()
  again.kill('SIGTERM')
  const [exitCode] = await again.ended
  const events = (await stage.read()).map(({ value }) => value as EventLine)
  const ofGone = events.filter(({ id }) => id.includes('-gone-'))
  const count = (group: string, type: string) =>
    ofGone.filter(event => event.group === group && event.type === type).length
  return {
    unlike: [
      ...gone.filter(group => count(group, 'group-deleted') !== 1 || count(group, 'offset-deleted') !== 2),
      ...partly.filter(group => count(group, 'offset-deleted') !== 1 || count(group, 'group-deleted') !== 0),
    ],
    strangeIds: strangeIds(ofGone),
    falselyEnded: ofGone
      .map(({ group }) => group)
      .filter(group => !group.startsWith('gone-') && !group.startsWith('partly-')),
    unknown: difference(known(events), await listed(kafka.dataFolder)),
    lines: linesOf(again).filter(line => line.includes('reads it again from its start')),
    exitCode,
  }
}

/** Each partition's from 0 on, without a hole, at one position. They are in several partitions of the topic of the events. */
function strangeIds(events: readonly EventLine[]): string[] {
  const byPartition = Map.groupBy(events, ({ source }) => source.partition)
  return [...byPartition].flatMap(([partition, all]) => {
    const expected = new Set(all.map(({ source }, at) => `${partition}-${source.offset}-gone-${at}`))
    const isOnePlace = new Set(all.map(({ source }) => source.offset)).size === 1
    return all.map(({ id }) => id).filter(id => !isOnePlace || !expected.delete(id))
  })
}

/** Groups that were created, or had a snapshot, and were not deleted. */
function known(events: readonly EventLine[]): ReadonlySet<string> {
  const groups = new Set<string>()
  for (const { group, type } of events) {
    if (type === 'group-created' || type === 'group-snapshot') groups.add(group)
    if (type === 'group-deleted') groups.delete(group)
  }
  return groups
}

/** Groups that `koff groups` finds in the broker's files. */
async function listed(folder: string): Promise<ReadonlySet<string>> {
  const { lines } = await koff(['groups', folder])
  const names = lines.map(line => (JSON.parse(line) as { readonly group: string }).group)
  return new Set(names.filter(name => !name.startsWith('koff.')))
}

function difference(a: ReadonlySet<string>, b: ReadonlySet<string>): string[] {
  return [...[...a].filter(name => !b.has(name)), ...[...b].filter(name => !a.has(name))]
}

async function decodedTombstones(folder: string): Promise<number> {
  const { lines } = await until({
    what: 'the records of the log',
    ask: () => koff(['decode', folder]),
    good: ({ code }) => code === 0,
  })
  return lines.filter(line => line.includes('"value":null')).length
}
