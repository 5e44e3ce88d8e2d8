import type { Jvm } from './jvm.ts'

/** One client inside a Java process. */
export interface Actor {
  readonly name: string
  readonly ask: (op: string, argument?: Readonly<Record<string, unknown>>) => Promise<unknown>
}

export interface Opening {
  readonly kind: 'admin' | 'consumer' | 'share' | 'producer' | 'streams' | 'avro' | 'table'
  /** Kafka's own settings, `group.id` and the like. */
  readonly config: Settings
  readonly [argument: string]: unknown
}

export type Settings = Readonly<Record<string, string>>

/** `{ topic: { partition: offset } }` */
export type Offsets = Readonly<Record<string, Readonly<Record<number, number>>>>

/** `{ topic: [partition, …] }`, partitions in order. */
export type Partitions = Readonly<Record<string, readonly number[]>>

let last = 0

/** Opens a client; its constructor's failure is ours. */
export async function openActor(jvm: Jvm, opening: Opening): Promise<Actor> {
  last += 1
  const name = `${opening.kind}-${last}`
  await jvm.call({ op: 'open', actor: name, ...opening })
  return { name, ask: (op, argument) => jvm.call({ ...argument, op, actor: name }) }
}
