import { KoffError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { consumerOffsets } from '../../coordinator/consumerOffsets.ts'
import type { SourceLog } from '../../delivery/sourceLog.ts'
import { openKafkaAdmin } from '../../kafka/client/admin.ts'
import type { BrokerOptions } from '../../kafka/net/brokerOptions.ts'
import type { FoundTopic } from './awaitTopic.ts'
import { openKafkaSource } from './source.ts'

export interface OffsetsLogOptions {
  readonly found: Pick<FoundTopic, 'id' | 'partitions'>
  readonly log: Log
}

/** Kafka's own default. */
const defaultKeptMs = 24 * 3_600_000
/** The setting can change while koff runs. */
const maxAgeMs = 10 * 60_000

/** `__consumer_offsets`, over connections of its own. Fails as `openKafkaAdmin` does. */
export async function openOffsetsLog(
  broker: BrokerOptions,
  { found, log }: OffsetsLogOptions,
): Promise<SourceLog & AsyncDisposable> {
  const admin = await openKafkaAdmin(broker)
  let kept: { readonly ms: number; readonly at: number } | null = null
  const lookUp = async () => {
    const config = await admin.topicConfig(consumerOffsets)
    if (config === null && kept === null) {
      const hint =
        'delete.retention.ms of __consumer_offsets is not visible without DescribeConfigs on the topic; koff assumes 24 h'
      log.info(hint, { topic: consumerOffsets })
    }
    const ms = Number(config?.get('delete.retention.ms') ?? defaultKeptMs)
    return Number.isFinite(ms) ? ms : defaultKeptMs
  }
  return {
    topicId: found.id,
    partitions: found.partitions,
    async range(partition) {
      const [sample] = await admin.sampleLogEnds([{ topic: consumerOffsets, partition }])
      if (sample !== undefined) return { start: sample.logStart, end: sample.logEnd }
      const message = `${consumerOffsets} ${partition}: no leader says where its log starts and ends`
      throw new KoffError('BROKER_ERROR', message, { retriable: true })
    },
    async commonEnd(partition, { position, leaderEpoch }) {
      if (position <= 0 || leaderEpoch < 0) return position
      const end = await admin.endOfEpoch({ topic: consumerOffsets, partition }, leaderEpoch)
      if (end === null) return position
      // Without that epoch in the log, its last batch at least is not the one that was read.
      return Math.min(end.endOffset, end.epoch < leaderEpoch ? position - 1 : position)
    },
    async tombstonesKeptMs() {
      if (kept === null || performance.now() - kept.at > maxAgeMs) kept = { ms: await lookUp(), at: performance.now() }
      return kept.ms
    },
    read: (partition, from, signal) =>
      openKafkaSource({
        ...broker,
        partitions: [partition],
        from: from === 0 ? 'earliest' : new Map([[partition, from]]),
        topicNames: false,
        untilEnd: true,
        signal,
      }),
    [Symbol.asyncDispose]: () => admin[Symbol.asyncDispose](),
  }
}
