import { readFileSync } from 'node:fs'
import { configJsonSchema } from '../../src/config/jsonSchema.ts'
import { avroSchema } from '../../src/events/avro.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import { eventRecord } from '../../src/events/eventRecord.ts'
import { groupState } from '../../src/events/groupState.ts'
import { asyncApi } from './asyncApi.ts'
import { conditionsPage } from './conditionsPage.ts'
import { configurationPage } from './configurationPage.ts'
import { eventJsonSchema, recordJsonSchema } from './eventJsonSchema.ts'
import { eventsPage } from './eventsPage.ts'
import { metricsPage } from './metricsPage.ts'

export interface Page {
  /** Relative to the root of the project. */
  readonly path: string
  readonly text: string
}

/** Every file that is derived from definitions in src, as it should be. */
export function pages(): readonly Page[] {
  return [
    { path: 'docs/events.md', text: eventsPage() },
    ...eventTypes.flatMap(type => [
      { path: `schemas/${type}.avsc`, text: json(avroSchema(eventRecord(type))) },
      { path: `schemas/${type}.schema.json`, text: json(eventJsonSchema(type)) },
    ]),
    { path: 'schemas/group-state.avsc', text: json(avroSchema(groupState)) },
    { path: 'schemas/group-state.schema.json', text: json(recordJsonSchema(groupState, 'urn:koff:group-state')) },
    { path: 'schemas/koff.asyncapi.json', text: json(asyncApi()) },
    { path: 'docs/configuration.md', text: configurationPage() },
    { path: 'docs/conditions.md', text: conditionsPage(textOf('docs/conditions.md')) },
    { path: 'docs/metrics.md', text: metricsPage() },
    { path: 'schemas/koff-config.schema.json', text: json(configJsonSchema()) },
  ]
}

/** A page that is partly written by hand. */
function textOf(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
