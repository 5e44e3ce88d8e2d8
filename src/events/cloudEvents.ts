import { consumerOffsets } from '../coordinator/consumerOffsets.ts'
import type { EventType } from './definitions.ts'
import type { KoffEvent, Severity } from './envelope.ts'

/** How the value of the record is encoded. */
export interface Content {
  /** A media type. */
  readonly contentType: string
  /** The URI of the value's schema. */
  readonly dataschema: string
}

/**
 * The event's attributes as headers, as the Kafka binding of CloudEvents 1.0 requires (binary mode), with the
 * extensions for partitioning and severity. An attribute that would be empty is left out, and so is a time that RFC
 * 3339 cannot express.
 */
export function cloudEventHeaders(event: KoffEvent, { contentType, dataschema }: Content): Record<string, string> {
  const { id, type, severity, cluster, group } = event
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: cloudEventType(type),
    ce_source: source(cluster),
    ce_dataschema: dataschema,
    ce_severitytext: severity.toUpperCase(),
    ce_severitynumber: severityNumbers[severity],
    'content-type': contentType,
  }
  const time = rfc3339(event.time)
  if (time !== null) headers['ce_time'] = time
  if (group !== '') {
    headers['ce_subject'] = group
    headers['ce_partitionkey'] = group
  }
  return headers
}

/** The reverse DNS name before the type, which CloudEvents recommends. */
export function cloudEventType(type: EventType): string {
  return `dev.koff.${type}`
}

/** The numbers of OpenTelemetry, which the severity extension uses. */
const severityNumbers: Readonly<Record<Severity, string>> = { info: '9', warn: '13', error: '17' }

/** A URI reference. It contains the cluster, so that source and id together are unique. */
function source(cluster: string): string {
  return cluster === ''
    ? `/topics/${consumerOffsets}`
    : `/clusters/${encodeURIComponent(cluster.toWellFormed())}/topics/${consumerOffsets}`
}

function rfc3339(time: number): string | null {
  // Records of message format v0 have no time (-1); RFC 3339 ends with the year 9999.
  return time >= 0 && time <= Date.UTC(9999, 11, 31, 23, 59, 59, 999) ? new Date(time).toISOString() : null
}
