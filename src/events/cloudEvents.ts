import { consumerOffsets } from '../coordinator/consumerOffsets.ts'
import type { KoffEvent } from './envelope.ts'

/**
 * The event's attributes as the Kafka binding of CloudEvents 1.0 wants them in headers (binary mode), and the severity:
 * so a consumer can filter without decoding. `ce_time` is left out where the record has no time that RFC 3339 can say.
 */
export function cloudEventHeaders(event: KoffEvent): Record<string, string> {
  const time = rfc3339(event.time)
  return {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: event.type,
    ce_source: source(event.cluster),
    ce_subject: subject(event),
    ...(time === null ? {} : { ce_time: time }),
    severity: event.severity,
  }
}

/** A URI reference; unlike the topic it tells clusters apart, so that source and id together are unique. */
function source(cluster: string): string {
  return cluster === ''
    ? `/topics/${consumerOffsets}`
    : `/clusters/${encodeURIComponent(cluster.toWellFormed())}/topics/${consumerOffsets}`
}

/** CloudEvents allows no empty subject, so what concerns no group has its partition for one. */
function subject({ group, source: { partition } }: KoffEvent): string {
  return group === '' ? `${consumerOffsets}-${partition}` : group.toWellFormed()
}

function rfc3339(time: number): string | null {
  // Records of message format v0 have no time (-1); the form ends with the year 9999.
  return time >= 0 && time <= Date.UTC(9999, 11, 31, 23, 59, 59, 999) ? new Date(time).toISOString() : null
}
