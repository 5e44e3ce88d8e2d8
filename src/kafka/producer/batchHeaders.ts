import type { TopicPartition } from '../protocol/metadata.ts'
import type { BatchHeader, ProducerIdentity } from '../records/batchEncoder.ts'

/** The header of the partition's next batch, which has this many records and must be sent. */
export type NextHeader = (partition: TopicPartition, count: number) => BatchHeader

/** Numbers the records of each partition, so that a broker recognises repeated batches (KIP-98). */
export function batchHeaders(
  identity: ProducerIdentity,
  { isTransactional }: Pick<BatchHeader, 'isTransactional'>,
): NextHeader {
  const sequences = new Map<string, number>()
  return ({ topic, partition }, count) => {
    const name = `${topic}-${partition}`
    const baseSequence = sequences.get(name) ?? 0
    // Sequence numbers continue at 0 after the largest int32.
    sequences.set(name, (baseSequence + count) % 2 ** 31)
    return { ...identity, baseSequence, isTransactional, timestamp: Date.now() }
  }
}
