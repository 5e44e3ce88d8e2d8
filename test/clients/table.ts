import { join } from 'node:path'
import { openActor } from './actor.ts'
import type { Jvm } from './jvm.ts'

export interface TableOptions {
  readonly bootstrap: string
  /** Compacted, with Avro values. */
  readonly topic: string
  /** Address of the registry's Confluent-compatible API. */
  readonly registry: string
}

/** A topic as a table: the last value of each key. */
export interface JavaTable {
  all(): Promise<Readonly<Record<string, unknown>>>
  close(): Promise<void>
}

/** A GlobalKTable of Kafka Streams. */
export async function javaTable(jvm: Jvm, { bootstrap, topic, registry }: TableOptions): Promise<JavaTable> {
  const { name, ask } = await openActor(jvm, {
    kind: 'table',
    topic,
    registry,
    config: {
      'bootstrap.servers': bootstrap,
      'application.id': `table-${topic}`,
      'global.consumer.isolation.level': 'read_committed',
      'state.dir': join(jvm.folder, 'tables'),
    },
  })
  return {
    all: async () => (await ask('all')) as Readonly<Record<string, unknown>>,
    close: async () => void (await ask('close', { name })),
  }
}
