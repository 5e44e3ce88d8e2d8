import { configJsonSchema } from '../../src/config/jsonSchema.ts'
import { avroSchema } from '../../src/events/avro.ts'
import { configurationPage } from './configurationPage.ts'
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
    { path: 'schemas/koff-event.avsc', text: `${JSON.stringify(avroSchema(), null, 2)}\n` },
    { path: 'docs/configuration.md', text: configurationPage() },
    { path: 'docs/metrics.md', text: metricsPage() },
    { path: 'schemas/koff-config.schema.json', text: `${JSON.stringify(configJsonSchema(), null, 2)}\n` },
  ]
}
