import { openActor, type Settings } from './actor.ts'
import type { Jvm } from './jvm.ts'

export interface ShareOptions {
  readonly bootstrap: string
  readonly group: string
  readonly topics: readonly string[]
  readonly clientId?: string
  readonly config?: Settings
}

export interface ShareStatus {
  readonly records: number
  /** What poll() threw; then it polls no more. */
  readonly failure: string | null
}

export interface JavaShareConsumer {
  readonly name: string
  /** A share consumer does not know what it was assigned: ask the admin client. */
  status(): Promise<ShareStatus>
  subscribe(topics: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** A KafkaShareConsumer that polls without end and accepts every record. */
export async function javaShareConsumer(jvm: Jvm, options: ShareOptions): Promise<JavaShareConsumer> {
  const { name, ask } = await openActor(jvm, {
    kind: 'share',
    topics: options.topics,
    config: {
      'bootstrap.servers': options.bootstrap,
      'group.id': options.group,
      ...(options.clientId === undefined ? {} : { 'client.id': options.clientId }),
      ...options.config,
    },
  })
  return {
    name,
    status: async () => (await ask('status')) as ShareStatus,
    subscribe: async topics => void (await ask('subscribe', { topics })),
    close: async () => void (await ask('close')),
  }
}
