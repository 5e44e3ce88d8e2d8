import { KoffError } from '../../base/errors.ts'
import { storedEvent } from '../../events/storedEvent.ts'
import { endOfCondition } from './conditionEnds.ts'
import type { Database, Transaction } from './database.ts'
import { eventRow } from './eventRow.ts'
import { eventsTable } from './tables.ts'
import { conditionsView, openersCondition, rebalanceCondition, viewStatements } from './views.ts'

type Types = Database['types']

interface Migration {
  readonly statements: (types: Types) => readonly string[]
  /** Moves rows that SQL alone cannot move; runs after the statements. */
  readonly move?: (transaction: Transaction) => Promise<void>
}

/** In order; the number of a migration is its place, from 1. A released migration never changes. */
const migrations: readonly Migration[] = [
  // The table that the sink `history` of koff 0.1 made in SQLite, without a version.
  {
    statements: ({ text, integer }) => [
      `CREATE TABLE IF NOT EXISTS events (
        id ${text} NOT NULL, cluster ${text} NOT NULL, type ${text} NOT NULL, "group" ${text} NOT NULL,
        "groupType" ${text} NOT NULL, time ${integer} NOT NULL, severity ${text} NOT NULL, event ${text} NOT NULL,
        UNIQUE (cluster, id))`,
    ],
  },
  { statements: version2, move: moveEvents },
  { statements: version3 },
  { statements: version4 },
  // How often groups rebalanced within a time, without their events.
  {
    statements: () => [
      `CREATE INDEX rebalances_of_time ON events (cluster, time, "group") WHERE ${rebalanceCondition}`,
    ],
  },
  { statements: version6 },
]

function version2({ text, integer, bytes, json, sequence }: Types): readonly string[] {
  return [
    'ALTER TABLE events RENAME TO old_events',
    'DROP INDEX IF EXISTS events_by_group',
    'DROP INDEX IF EXISTS events_by_time',
    `CREATE TABLE events (
      sequence ${sequence}, cluster ${text} NOT NULL, id ${text} NOT NULL, type ${text} NOT NULL, "group" ${text} NOT NULL,
      kind ${text} NOT NULL, time ${integer} NOT NULL, severity ${text} NOT NULL, topic ${text}, "partition" ${integer},
      member ${text}, instance ${text}, client ${text}, host ${text}, opened ${text},
      source_partition ${integer} NOT NULL, source_offset ${integer} NOT NULL, rest ${json}, data ${json} NOT NULL,
      UNIQUE (cluster, id))`,
    'CREATE INDEX events_of_group ON events ("group", time, sequence)',
    'CREATE INDEX events_of_time ON events (time, sequence)',
    'CREATE INDEX events_of_type ON events (type, time, sequence)',
    `CREATE INDEX events_of_severity ON events (severity, time, sequence) WHERE severity <> 'info'`,
    'CREATE INDEX events_of_topic ON events (topic, "partition", time, sequence) WHERE topic IS NOT NULL',
    'CREATE INDEX events_of_member ON events (member, time, sequence) WHERE member IS NOT NULL',
    'CREATE INDEX events_of_instance ON events (instance, time, sequence) WHERE instance IS NOT NULL',
    'CREATE INDEX events_of_client ON events (client, time, sequence) WHERE client IS NOT NULL',
    'CREATE INDEX events_of_host ON events (host, time, sequence) WHERE host IS NOT NULL',
    'CREATE INDEX events_that_close ON events (opened) WHERE opened IS NOT NULL',
    `CREATE INDEX events_that_open ON events ("group", time, sequence) WHERE ${openersCondition('')}`,
    `CREATE TABLE groups (
      cluster ${text} NOT NULL, "group" ${text} NOT NULL, "partition" ${integer} NOT NULL, PRIMARY KEY (cluster, "group"))`,
    `CREATE TABLE states (
      cluster ${text} NOT NULL, "group" ${text} NOT NULL, time ${integer} NOT NULL, position ${integer} NOT NULL,
      base ${integer} NOT NULL, body ${bytes} NOT NULL, PRIMARY KEY (cluster, "group", time, position))`,
    `CREATE TABLE progress (
      cluster ${text} NOT NULL, "group" ${text} NOT NULL, from_time ${integer} NOT NULL, from_position ${integer} NOT NULL,
      to_time ${integer} NOT NULL, points ${integer} NOT NULL, body ${bytes} NOT NULL,
      PRIMARY KEY (cluster, "group", from_time, from_position))`,
    `CREATE TABLE owner_spans (
      cluster ${text} NOT NULL, "group" ${text} NOT NULL, topic ${text} NOT NULL, "partition" ${integer} NOT NULL,
      member ${text} NOT NULL, instance ${text}, client ${text} NOT NULL, host ${text} NOT NULL,
      from_time ${integer} NOT NULL, to_time ${integer} NOT NULL)`,
    'CREATE INDEX owner_spans_of_partition ON owner_spans (topic, "partition", to_time, from_time)',
    'CREATE INDEX owner_spans_of_group ON owner_spans (cluster, "group", to_time)',
    `CREATE TABLE member_spans (
      cluster ${text} NOT NULL, "group" ${text} NOT NULL, member ${text} NOT NULL, instance ${text}, client ${text} NOT NULL,
      host ${text} NOT NULL, from_time ${integer} NOT NULL, to_time ${integer} NOT NULL)`,
    'CREATE INDEX member_spans_of_group ON member_spans (cluster, "group", to_time)',
    'CREATE INDEX member_spans_of_time ON member_spans (to_time)',
    'CREATE INDEX owner_spans_of_time ON owner_spans (to_time)',
    `CREATE TABLE topics (
      cluster ${text} NOT NULL, id ${text} NOT NULL, name ${text} NOT NULL, PRIMARY KEY (cluster, id))`,
    `CREATE TABLE coverage (
      cluster ${text} NOT NULL, "partition" ${integer} NOT NULL, knowledge ${text} NOT NULL, from_time ${integer} NOT NULL,
      to_time ${integer} NOT NULL, from_position ${integer} NOT NULL, to_position ${integer} NOT NULL,
      PRIMARY KEY (cluster, "partition", knowledge, from_position))`,
    `CREATE TABLE marks (
      cluster ${text} NOT NULL, "partition" ${integer} NOT NULL, position ${integer} NOT NULL, ordinal ${integer} NOT NULL,
      PRIMARY KEY (cluster, "partition"))`,
    ...viewStatements({ integer }),
  ]
}

/** What is open at a time, and when a group last rebalanced, without a look at all events. */
function version3({ integer }: Types): readonly string[] {
  return [
    `ALTER TABLE events ADD COLUMN closed ${integer}`,
    `UPDATE events SET closed = ${endOfCondition} WHERE ${openersCondition('')} AND (rest IS NULL OR rest ->> 'part' IS NULL)`,
    'CREATE INDEX events_of_condition ON events (closed, time) WHERE closed IS NOT NULL',
    `CREATE INDEX rebalances_of_group ON events ("group", time) WHERE type = 'rebalance'`,
  ]
}

function version4({ text, integer, bytes }: Types): readonly string[] {
  return [
    `CREATE TABLE progress_tail (
      cluster ${text} NOT NULL, "group" ${text} NOT NULL, time ${integer} NOT NULL, position ${integer} NOT NULL,
      points ${integer} NOT NULL, body ${bytes} NOT NULL, PRIMARY KEY (cluster, "group", time, position))`,
    `CREATE TABLE kept_types (type ${text} NOT NULL PRIMARY KEY, from_time ${integer} NOT NULL)`,
  ]
}

/** By the column that says when a condition was closed: a join by cluster looks at all events for each of them. */
function version6(): readonly string[] {
  return ['DROP VIEW conditions', conditionsView]
}

/** So many rows are moved at a time. */
const moveSize = 5_000

async function moveEvents(transaction: Transaction): Promise<void> {
  let last: readonly [cluster: string, id: string] | null = null
  for (;;) {
    const after = last === null ? '' : 'WHERE (cluster, id) > (?, ?)'
    const sql = `SELECT cluster, id, event FROM old_events ${after} ORDER BY cluster, id LIMIT ${moveSize}`
    const rows = await transaction.all(sql, last ?? [])
    const events = rows.flatMap(({ event }) => storedEvent(JSON.parse(String(event))) ?? [])
    await transaction.insert(eventsTable, events.map(eventRow))
    const end = rows.at(-1)
    if (end === undefined) break
    last = [String(end['cluster']), String(end['id'])]
  }
  await transaction.run('DROP TABLE old_events')
}

/**
 * Makes the tables what this version of koff reads and writes.
 * @throws KoffError HISTORY_UNAVAILABLE where a newer version of koff made them.
 */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async transaction => {
    await transaction.run(`CREATE TABLE IF NOT EXISTS koff_history (version ${database.types.integer} NOT NULL)`)
    const version = await versionOf(transaction)
    if (version > migrations.length) throw tooNew(database.name, version)
    if (version === migrations.length) return
    for (const { statements, move } of migrations.slice(version)) {
      for (const statement of statements(database.types)) await transaction.run(statement)
      await move?.(transaction)
    }
    await transaction.run('DELETE FROM koff_history')
    await transaction.run(`INSERT INTO koff_history VALUES (${migrations.length})`)
  })
}

/**
 * Checks tables that are only read.
 * @throws KoffError HISTORY_UNAVAILABLE where they are no history, or of another version.
 */
export async function checkVersion(database: Database): Promise<void> {
  const version = await versionOf(database).catch((error: unknown) => {
    const message = `history ${database.name}: is no history of this version of koff; koff run, or koff replay --history, makes or migrates it`
    throw new KoffError('HISTORY_UNAVAILABLE', message, { cause: error })
  })
  if (version > migrations.length) throw tooNew(database.name, version)
  if (version === migrations.length) return
  const message = `history ${database.name}: has version ${version}, this koff reads ${migrations.length}; start koff run once, which migrates it`
  throw new KoffError('HISTORY_UNAVAILABLE', message)
}

async function versionOf(reader: Pick<Database, 'all'>): Promise<number> {
  const [row] = await reader.all('SELECT max(version) AS version FROM koff_history')
  return Number(row?.['version'] ?? 0)
}

function tooNew(name: string, version: number): KoffError {
  const message = `history ${name}: was written by a newer version of koff (tables ${version}, this koff knows ${migrations.length}); use that version`
  return new KoffError('HISTORY_UNAVAILABLE', message)
}
