import { expect, test } from 'vitest'
import { pipelineKeys } from '../../src/config/pipelineSchema.ts'
import { section } from '../../src/config/values/values.ts'
import { definePipeline, fileKeys, type Pipeline } from '../../src/pipelines/definePipeline.ts'

/*
 * The type of a pipeline is derived from the schema that checks it: what TypeScript refuses here (`npm run types` fails where
 * it does not), the loader refuses too, and the other way round.
 */

function isAccepted({ kind: _kind, ...definition }: Pipeline): boolean {
  const surroundings = { readFile: () => ({ text: 'a secret' }), home: '.' }
  return section({ ...pipelineKeys(surroundings), ...fileKeys }).safeParse(definition).success
}

test('TypeScript and the loader take the same keys and values of every sink', () => {
  const registry = { url: 'http://localhost:8081', username: 'koff', password: { file: 'password' } }
  const redis = { cluster: ['a:6379'] as readonly string[], tls: true, password: 'secret' } as const
  const accepted = [
    definePipeline({ name: 'a', on: ['warn', 'offset-*'], to: { type: 'stdout', format: 'json' } }),
    definePipeline({ name: 'a', where: { groups: ['orders-*'], groupTypes: ['share'] }, to: { type: 'stdout' } }),
    definePipeline({ name: 'a', to: { type: 'kafka', topic: 'koff.events', registry, partitions: 3 } }),
    definePipeline({ name: 'a', to: { type: 'bullmq', queue: 'events', redis, backoff: { delayMs: '5s' } } }),
    definePipeline({ name: 'a', operators: [events$ => events$], to: { type: 'history', file: 'history.db' } }),
  ]
  expect(accepted.map(isAccepted)).toEqual(accepted.map(() => true))
})

test('TypeScript and the loader refuse the same keys and values', () => {
  const refused = [
    // @ts-expect-error: no key of a pipeline
    definePipeline({ name: 'a', whre: {}, to: { type: 'stdout' } }),
    // @ts-expect-error: no type of sink
    definePipeline({ name: 'a', to: { type: 'stdoot' } }),
    // @ts-expect-error: the key is keepFailedMs
    definePipeline({ name: 'a', to: { type: 'bullmq', queue: 'events', keepFailMs: 1_000 } }),
    // @ts-expect-error: a number
    definePipeline({ name: 'a', to: { type: 'bullmq', queue: 'events', attempts: 'three' } }),
    // @ts-expect-error: a duration
    definePipeline({ name: 'a', to: { type: 'bullmq', queue: 'events', keepFailedMs: true } }),
    // @ts-expect-error: a key of Redis that there is not
    definePipeline({ name: 'a', to: { type: 'bullmq', queue: 'events', redis: { host: 'a' } } }),
    // @ts-expect-error: a secret is a text or a file
    definePipeline({ name: 'a', to: { type: 'bullmq', queue: 'events', redis: { password: { path: 'a' } } } }),
    // @ts-expect-error: the queue is missing
    definePipeline({ name: 'a', to: { type: 'bullmq' } }),
    // @ts-expect-error: no type of event, no pattern of types, no severity
    definePipeline({ name: 'a', on: 'rebalnce', to: { type: 'stdout' } }),
    // @ts-expect-error: a list
    definePipeline({ name: 'a', operators: 5, to: { type: 'stdout' } }),
  ]
  expect(refused.map(isAccepted)).toEqual(refused.map(() => false))
})
