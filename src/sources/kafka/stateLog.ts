import { KoffError } from '../../base/errors.ts'
import type { StateLog } from '../../delivery/committedEntries.ts'
import { openKafkaAdmin } from '../../kafka/client/admin.ts'
import type { BrokerOptions } from '../../kafka/net/brokerOptions.ts'
import { openKafkaSource } from './source.ts'

export interface StateLogOptions extends BrokerOptions {
  readonly topic: string
  readonly partition: number
  readonly signal: AbortSignal
}

/**
 * A partition of a topic that is there, from its start to where it ends now. Where it ends is asked of its leader, who
 * refuses to say before it knows (KIP-207, ListOffsets from version 5 on); what a Fetch says of it may be too little.
 */
export async function openStateLog({ topic, partition, signal, ...broker }: StateLogOptions): Promise<StateLog> {
  await using admin = await openKafkaAdmin(broker)
  const [sample] = await admin.sampleLogEnds([{ topic, partition }])
  if (sample === undefined) {
    const message = `topic ${topic}, partition ${partition}: no leader says where its log ends`
    throw new KoffError('BROKER_ERROR', message, { retriable: true })
  }
  const options = { ...broker, topic, partitions: [partition], topicNames: false, untilEnd: true, signal }
  const source = await openKafkaSource(options)
  return { source, end: sample.logEnd, [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() }
}
