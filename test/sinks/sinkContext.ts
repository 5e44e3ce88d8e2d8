import { noLog } from '../../src/base/log.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import type { SinkContext } from '../../src/sinks/definition.ts'

/** What a sink gets of a deployment that has nothing special. */
export function sinkContext(): SinkContext {
  return {
    types: new Set(eventTypes),
    broker: { brokers: ['localhost:9092'] },
    stdout: process.stdout,
    deliveryTimeoutMs: 1_000,
    retried: () => undefined,
    endsWith: () => undefined,
    log: noLog,
  }
}
