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

/** Attributes of CloudEvents 1.0. */
export interface CloudEventAttributes {
  readonly specversion: '1.0'
  readonly id: string
  readonly type: string
  readonly source: string
  readonly dataschema: string
  readonly severitytext: string
  readonly severitynumber: number
  readonly time?: string
  readonly subject?: string
  readonly partitionkey?: string
}

/**
 * The attributes of an event, with the extensions for partitioning and severity. An attribute that would be empty is
 * left out, and so is a time that RFC 3339 cannot express.
 */
export function cloudEventAttributes(event: KoffEvent, dataschema: string): CloudEventAttributes {
  const { id, type, severity, cluster, group } = event
  const time = rfc3339(event.time)
  return {
    specversion: '1.0',
    id,
    type: cloudEventType(type),
    source: source(cluster),
    dataschema,
    severitytext: severity.toUpperCase(),
    severitynumber: severityNumbers[severity],
    ...(time === null ? {} : { time }),
    ...(group === '' ? {} : { subject: group, partitionkey: group }),
  }
}

/** The attributes as headers of a record, as the Kafka binding of CloudEvents 1.0 requires (binary mode). */
export function cloudEventHeaders(event: KoffEvent, { contentType, dataschema }: Content): Record<string, string> {
  const attributes = Object.entries(cloudEventAttributes(event, dataschema))
  const headers = attributes.map(([name, value]) => [`ce_${name}`, String(value)])
  return { ...Object.fromEntries(headers), 'content-type': contentType }
}

/** The reverse DNS name before the type, which CloudEvents recommends. */
export function cloudEventType(type: EventType): string {
  return `dev.koff.${type}`
}

/** The numbers of OpenTelemetry, which the severity extension uses. */
const severityNumbers: Readonly<Record<Severity, number>> = { info: 9, warn: 13, error: 17 }

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
