import { type Offsets, openActor, type Settings } from './actor.ts'
import type { Jvm } from './jvm.ts'

export interface ProducerOptions {
  readonly bootstrap: string
  /** Makes it transactional; it is initialised (and fences others of this id) when `producer()` resolves. */
  readonly transactionalId?: string
  /** Transactional only: when the broker aborts what was left open; 60 s unless given. */
  readonly transactionTimeoutMs?: number
  readonly config?: Settings
}

export interface Records {
  readonly topic: string
  /** How many of the same; 1 unless given. */
  readonly count?: number
  readonly partition?: number
  readonly key?: string
  readonly value?: string
  /** CreateTime, ms; the client's clock unless given. */
  readonly timestamp?: number
}

/** The group whose offsets go into a transaction: by its name alone, or by the consumer that is its member (KIP-447). */
export type CommittingGroup = { readonly group: string } | { readonly consumer: { readonly name: string } }

export interface JavaProducer {
  readonly name: string
  /** Resolves, with the highest offset, when the brokers have them all. */
  send(records: Records): Promise<number>
  begin(): Promise<void>
  sendOffsets(offsets: Offsets, of: CommittingGroup, metadata?: string): Promise<void>
  /** To leave a transaction open, call neither `commit` nor `abort`, and kill the process. */
  commit(): Promise<void>
  abort(): Promise<void>
  close(): Promise<void>
}

/** A KafkaProducer. */
export async function javaProducer(jvm: Jvm, options: ProducerOptions): Promise<JavaProducer> {
  const { bootstrap, transactionalId, transactionTimeoutMs, config } = options
  const { name, ask } = await openActor(jvm, {
    kind: 'producer',
    config: {
      'bootstrap.servers': bootstrap,
      ...(transactionalId === undefined ? {} : { 'transactional.id': transactionalId }),
      ...(transactionTimeoutMs === undefined ? {} : { 'transaction.timeout.ms': String(transactionTimeoutMs) }),
      ...config,
    },
  })
  return {
    name,
    send: async ({ count = 1, ...records }) => (await ask('send', { count, ...records })) as number,
    begin: async () => void (await ask('begin')),
    sendOffsets: async (offsets, of, metadata) => {
      const group = 'group' in of ? { group: of.group } : { consumer: of.consumer.name }
      await ask('sendOffsets', { offsets, metadata, ...group })
    },
    commit: async () => void (await ask('commit')),
    abort: async () => void (await ask('abort')),
    close: async () => void (await ask('close')),
  }
}
