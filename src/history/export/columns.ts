import { withInt64 } from '../../coordinator/jsonValue.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { eventRow } from '../sql/eventRow.ts'

/** Takes events in order; `end` makes the file whole. */
export interface EventFile {
  write(events: readonly KoffEvent[]): Promise<void>
  end(): Promise<void>
}

export const csvColumns = [
  'time',
  'id',
  'type',
  'severity',
  'cluster',
  'group',
  'kind',
  'topic',
  'partition',
  'member',
  'instance',
  'client',
  'host',
  'data',
] as const

/** The columns that one asks by, and the data as JSON. */
export function eventColumns(event: KoffEvent): Readonly<Record<(typeof csvColumns)[number], string | number | null>> {
  const [, , , , , , , topic, partition, member, instance, client, host] = eventRow(event)
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  const { time, id, type, severity, cluster, group, groupType: kind, data } = event
  return {
    time,
    id,
    type,
    severity,
    cluster,
    group,
    kind,
    topic: text(topic),
    partition: typeof partition === 'number' ? partition : null,
    member: text(member),
    instance: text(instance),
    client: text(client),
    host: text(host),
    data: JSON.stringify(data, withInt64),
  }
}
