/*
 * Everything, as Avro, exactly once: the clean topic, from which every other pipeline reads. Run it beside those that need it,
 * or alone for consumers of your own (examples/ has two):
 *
 *   SCHEMA_REGISTRY_URL=http://localhost:8081/apis/ccompat/v7 koff run --brokers localhost:9092 --pipeline pipelines/clean-topic.ts
 */
import { definePipeline } from 'koff'

export default definePipeline({
  name: 'clean-topic',
  // No `on`, no `where`, no operators: what is left out here none of the others can see. A deployment that shall know of
  // some groups or events only says so with `groups` and `events` in its configuration.
  to: {
    type: 'kafka',
    topic: process.env.KOFF_TOPIC ?? 'koff.events',
    registry: { url: process.env.SCHEMA_REGISTRY_URL ?? 'http://localhost:8081/apis/ccompat/v7' },
  },
})
