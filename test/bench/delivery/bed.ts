import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../clients/until.ts'
import { type KoffProcess, startKoff } from '../../e2e/koff.ts'
import { startKafka } from '../../servers/kafka.ts'
import { freePort } from '../../servers/ports.ts'
import { removeTemporary, temporaryFolder } from '../../servers/process.ts'
import { startRegistry } from '../../servers/registry.ts'
import type { Place } from '../fill/connections.ts'
import { partitionsPerTopic, topics, untilReady, withAdmin } from './place.ts'
import { type CleanReader, type Found, openCleanReader } from './reader.ts'

const offsetsPartitions = 8

/** A checkout of koff; one without a path is this one. */
export interface Checkout {
  readonly label: string
  readonly path: string | null
}

/** One deployment of a checkout, with an events topic of its own. */
export interface Subject {
  readonly label: string
  readonly place: Place
  readonly start: () => { readonly koff: KoffProcess; readonly ready: () => Promise<number> }
  readonly read: (take: (found: Found) => void) => Promise<CleanReader>
}

export interface Bed extends AsyncDisposable {
  readonly place: Place
  readonly subjects: readonly Subject[]
}

/** One broker and one registry, and a deployment of each checkout on them: exactly once, with `offset-committed` on. */
export async function openBed(checkouts: readonly Checkout[]): Promise<Bed> {
  const folder = await temporaryFolder('bench-delivery')
  await using stack = new AsyncDisposableStack()
  stack.defer(() => removeTemporary(folder))
  const [kafka, registry] = await Promise.all([
    startKafka({ offsetsPartitions, jvm: ['-Xms512m', '-Xmx1g', '-XX:+UseG1GC'] }).then(started => stack.use(started)),
    startRegistry().then(started => stack.use(started)),
  ])
  await withAdmin(kafka, async admin => {
    await admin.createTopics({ topics: topics.map(topic => ({ topic, numPartitions: partitionsPerTopic })) })
    // kafkajs does not retry a request that the coordinator refused because it was loading.
    for (let group = 0; group < 64; group++) {
      const ask = () => admin.fetchOffsets({ groupId: `question-${group}` }).then(() => '', String)
      await until({ what: 'the coordinator of a group', ask, good: fault => fault === '' })
    }
  })
  const place: Place = { host: '127.0.0.1', port: Number(kafka.bootstrap.split(':').at(-1)) }
  const owned = stack.move()
  const subjects: Subject[] = []
  for (const [index, { label, path }] of checkouts.entries()) {
    const port = await freePort()
    const config = join(folder, `koff-${index}.yaml`)
    const topic = `koff-${index}.events`
    const sink = `{ type: kafka, topic: ${topic}, partitions: 4, registry: { url: '${registry.url}' } }`
    const lines = [
      `name: koff-${index}`,
      `kafka: { brokers: '${kafka.bootstrap}' }`,
      `http: { port: ${port} }`,
      'events: { include: [default, offset-committed], exclude: [] }',
      "groups: { exclude: ['bench-*'] }",
      // The topics are empty, so that every offset is out of range.
      'conditions: { samples: false }',
      `sinks: [${sink}]`,
    ]
    writeFileSync(config, `${lines.join('\n')}\n`)
    const program = path === null ? undefined : join(path, 'bin/koff.js')
    subjects.push({
      label,
      place,
      start: () => {
        const startedAt = performance.now()
        const koff = owned.use(startKoff(['run', '-c', config], {}, program))
        return { koff, ready: () => untilReady(port, startedAt) }
      },
      read: take =>
        openCleanReader({ brokers: kafka.brokers, topic, registry: registry.url, take, since: Date.now() - 1_000 }),
    })
  }
  return { place, subjects, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
