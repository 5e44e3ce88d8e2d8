import { bullmq } from './bullmq/definition.ts'
import { history } from './history/definition.ts'
import { kafka } from './kafka/definition.ts'
import { stdout } from './stdout/definition.ts'
import { webhook } from './webhook/definition.ts'

/**
 * Every type of sink. The configuration, its documentation, the JSON schema, and the TypeScript types are derived from
 * this list.
 */
export const sinks = [stdout, kafka, bullmq, history, webhook] as const
