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
  /** When the consumer gave it, ms. */
  readonly readAt: number
  readonly key: string | null
  readonly headers: Readonly<Record<string, string>>
  /** The datum as plain JSON, unions unwrapped. An int64 beyond 2^53 loses its last digits here. */
  readonly value: unknown
}

/** Reads on where it stopped the last time. */
export interface AvroReader extends AsyncDisposable {
  /** The next messages: that many, or as many as come in that time. */
  read(count: number, withinMs: number): Promise<readonly AvroMessage[]>
}

/** Opens a topic at its beginning, for Avro's GenericDatumReader with the schemas of the registry. */
export async function openAvroReader(
  jvm: Jvm,
  { bootstrap, topic, registry, uncommitted }: Omit<AvroOptions, 'count' | 'withinMs'>,
): Promise<AvroReader> {
  const { ask } = await openActor(jvm, {
    kind: 'avro',
    topic,
    registry,
    config: {
      'bootstrap.servers': bootstrap,
      'isolation.level': uncommitted === true ? 'read_uncommitted' : 'read_committed',
    },
  })
  return {
    read: async (count, forMs) =>
      (await ask('read', { count, forMs, withinMs: forMs + 10_000 })) as readonly AvroMessage[],
    [Symbol.asyncDispose]: async () => void (await ask('close')),
  }
}

/** Reads a topic from its beginning, in one go. */
export async function readAvro(jvm: Jvm, options: AvroOptions): Promise<readonly AvroMessage[]> {
  await using reader = await openAvroReader(jvm, options)
  return await reader.read(options.count, options.withinMs ?? 20_000)
}
