import { clustersOf } from '../../src/history/queries/cluster.ts'
import { conditionsOf, conditionsPage } from '../../src/history/queries/conditions.ts'
import { type EventsQuestion, eventById, eventsAfter, eventsPage } from '../../src/history/queries/events.ts'
import { groupVersions, lastRebalances, rebalanceCounts } from '../../src/history/queries/fleet.ts'
import { firstEventTime } from '../../src/history/queries/groupNames.ts'
import { changeAfter, groupsAt } from '../../src/history/queries/groupsAt.ts'
import { rebalanceHeatMap } from '../../src/history/queries/heatMap.ts'
import { groupMarks } from '../../src/history/queries/marks.ts'
import { membersOf } from '../../src/history/queries/members.ts'
import { ownersOf } from '../../src/history/queries/owners.ts'
import { progressOf } from '../../src/history/queries/progress.ts'
import { rebalancesOf } from '../../src/history/queries/rebalances.ts'
import { sampledProgress } from '../../src/history/queries/sampledProgress.ts'
import { memberLives, OwnerList, ownerLanes } from '../../src/history/queries/timeline.ts'
import type { HistoryReader, SqlValue } from '../../src/history/store.ts'

const cluster = 'c1'
const times = { from: 1, to: 2 }
const filters: readonly Partial<EventsQuestion>[] = [
  times,
  { group: 'g' },
  { groups: ['g*'], ...times },
  { types: ['rebalance', 'group-emptied'] },
  { severity: 'warn' },
  { topic: 't', partition: 1 },
  { member: 'm' },
  { instance: 'i' },
  { client: 'c' },
  { host: 'h' },
  { group: 'g', types: ['rebalance'], severity: 'warn', kind: 'consumer' },
]

/** What people ask a history. */
export const questions: readonly (readonly [string, (reader: HistoryReader) => Promise<unknown>])[] = [
  ...filters.flatMap(filter =>
    (['oldest', 'newest'] as const).map(
      order =>
        [
          `events ${JSON.stringify(filter)} ${order}`,
          (reader: HistoryReader) => eventsPage(reader, { cluster, order, ...filter }),
        ] as const,
    ),
  ),
  ['events after', reader => eventsAfter(reader, 5, { cluster })],
  ['an event', reader => eventById(reader, cluster, 'x')],
  ['groups', reader => groupsAt(reader, { cluster, at: 1 })],
  ['a group', reader => groupsAt(reader, { cluster, at: 1, group: 'g' })],
  ['owners', reader => ownersOf(reader, { cluster, topic: 't', partition: 1, ...times })],
  ['owned', reader => ownersOf(reader, { cluster, group: 'g', ...times })],
  ['members', reader => membersOf(reader, { cluster, group: 'g', ...times })],
  ['rebalances', reader => rebalancesOf(reader, { cluster, group: 'g' })],
  ['conditions', reader => conditionsOf(reader, { cluster, group: 'g', ...times })],
  ['open conditions', reader => conditionsPage(reader, { cluster, from: 1, to: 1, severity: 'warn' })],
  ['events of a window', reader => eventsAfter(reader, 5, { cluster, group: 'g', upTo: 10 })],
  ['some groups', reader => groupsAt(reader, { cluster, at: 1, groups: ['g', 'h'] })],
  [
    'a group as of a batch',
    reader => groupsAt(reader, { cluster, at: 1, group: 'g', batch: { position: 1, time: 2 } }),
  ],
  ['a change', reader => changeAfter(reader, { cluster, group: 'g', offset: 1, near: 1 })],
  ['versions of groups', reader => groupVersions(reader, cluster)],
  ['last rebalances', reader => lastRebalances(reader, cluster, 2)],
  ['counts of rebalances', reader => rebalanceCounts(reader, { cluster, ...times })],
  ['a heat map', reader => rebalanceHeatMap(reader, { cluster, ...times, bucketMs: 1, limit: 10 })],
  ['lanes', reader => ownerLanes(reader, { cluster, group: 'g', ...times }, new OwnerList())],
  ['lives of members', reader => memberLives(reader, { cluster, group: 'g', ...times }, new OwnerList())],
  ['marks', reader => groupMarks(reader, { cluster, group: 'g', ...times })],
  ['sampled progress', reader => sampledProgress(reader, { cluster, group: 'g', ...times, points: 10 })],
  ['the first event', reader => firstEventTime(reader, cluster, 'g')],
  ['clusters', clustersOf],
  ['progress', reader => progressOf(reader, { cluster, group: 'g', ...times })],
]

/** The statements of a question, as a history is asked them. */
export async function statementsOf(
  reader: HistoryReader,
  ask: (reader: HistoryReader) => Promise<unknown>,
): Promise<readonly (readonly [sql: string, parameters: readonly SqlValue[]])[]> {
  const asked: (readonly [string, readonly SqlValue[]])[] = []
  await ask({
    glob: (column, pattern) => reader.glob(column, pattern),
    all: (sql, parameters = []) => {
      asked.push([sql, parameters])
      return reader.all(sql, parameters)
    },
  })
  return asked
}
