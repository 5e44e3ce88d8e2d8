import { openActor } from './actor.ts'
import type { Jvm } from './jvm.ts'

export interface AvroOptions {
  readonly bootstrap: string
  readonly topic: string
  /** Address of the registry's Confluent-compatible API. */
  readonly registry: string
  /** Stops when it has that many … */
  readonly count: number
  /** … or when this time is over; 20 s unless given. */
  readonly withinMs?: number
  /** Also what open or aborted transactions wrote. */
  readonly uncommitted?: true
}

export interface AvroMessage {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly headers: Readonly<Record<string, string>>
  /** The datum as plain JSON, unions unwrapped. An int64 beyond 2^53 loses its last digits here. */
  readonly value: unknown
}

/** Reads a topic from its beginning with Avro's GenericDatumReader and the schemas of the registry. */
export async function readAvro(jvm: Jvm, options: AvroOptions): Promise<readonly AvroMessage[]> {
  const { bootstrap, topic, registry, count, withinMs = 20_000, uncommitted } = options
  const { ask } = await openActor(jvm, {
    kind: 'avro',
    topic,
    registry,
    config: {
      'bootstrap.servers': bootstrap,
      'isolation.level': uncommitted === true ? 'read_uncommitted' : 'read_committed',
    },
  })
  try {
    return (await ask('read', { count, forMs: withinMs, withinMs: withinMs + 10_000 })) as readonly AvroMessage[]
  } finally {
    await ask('close')
  }
}
