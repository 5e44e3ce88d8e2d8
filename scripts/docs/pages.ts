import { avroSchema } from '../../src/events/avro.ts'
import { eventsPage } from './eventsPage.ts'

export interface Page {
  /** Relative to the root of the project. */
  readonly path: string
  readonly text: string
}

/** Every file that is derived from the event definitions, as it should be. */
export function pages(): readonly Page[] {
  return [
    { path: 'docs/events.md', text: eventsPage() },
    { path: 'schemas/koff-event.avsc', text: `${JSON.stringify(avroSchema(), null, 2)}\n` },
  ]
}
