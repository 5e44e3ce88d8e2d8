import { openingTypes } from '../../events/definitions.ts'
import type { Database } from './database.ts'
import { OPEN } from './tables.ts'

/** The condition that an event opens a condition; the same text as in the index over such events. */
export function openersCondition(alias: string): string {
  return `${alias === '' ? '' : `${alias}.`}type IN (${openingTypes.map(type => `'${type}'`).join(', ')})`
}

/** The condition that an event tells a rebalance, once each; the same text as in the index over such events. */
export const rebalanceCondition = `type = 'rebalance' AND (rest IS NULL OR rest ->> 'part' IS NULL)`

/** What people ask with SQL of their own; docs/history.md has queries. */
export function viewStatements({ integer }: Pick<Database['types'], 'integer'>): readonly string[] {
  const end = `CASE WHEN to_time = ${OPEN} THEN NULL ELSE to_time END AS to_time`
  const number = (field: string) => `CAST(data ->> '${field}' AS ${integer})`
  const first = `(rest IS NULL OR rest ->> 'part' IS NULL)`
  return [
    `CREATE VIEW owners AS
      SELECT cluster, topic, "partition", "group", member, instance, client, host, from_time, ${end} FROM owner_spans`,
    `CREATE VIEW members AS
      SELECT cluster, "group", member, instance, client, host, from_time, ${end} FROM member_spans`,
    `CREATE VIEW rebalances AS
      SELECT cluster, id, "group", kind, time, ${number('epochBefore')} AS epoch_before, ${number('epochAfter')} AS epoch_after,
        ${number('durationMs')} AS duration_ms, ${number('moved')} AS moved, ${number('memberCount')} AS members
      FROM events WHERE type = 'rebalance' AND ${first}`,
    `CREATE VIEW conditions AS
      SELECT o.cluster, o.id, o.type, o."group", o.topic, o."partition", o.severity, o.time AS from_time, c.time AS to_time
      FROM events o LEFT JOIN events c ON c.opened = o.id AND c.cluster = o.cluster
      WHERE ${openersCondition('o')} AND (o.rest IS NULL OR o.rest ->> 'part' IS NULL)`,
    `CREATE VIEW resets AS
      SELECT cluster, id, type, "group", kind, topic, "partition", time, ${number('from')} AS from_offset, ${number('to')} AS to_offset
      FROM events WHERE type IN ('offset-reset', 'offset-rewound')`,
  ]
}

/** The view as it is since version 5. */
export const conditionsView = `CREATE VIEW conditions AS
  SELECT cluster, id, type, "group", topic, "partition", severity, time AS from_time,
    CASE WHEN closed = ${OPEN} THEN NULL ELSE closed END AS to_time
  FROM events WHERE ${openersCondition('')} AND closed IS NOT NULL`
