import type { TopicPartition } from '../protocol/metadata.ts'
import type { BatchHeader, ProducerIdentity } from '../records/batchEncoder.ts'

/** The header of the partition's next batch, which has so many records and has to be sent. */
export type NextHeader = (partition: TopicPartition, count: number) => BatchHeader

/** Counts the records of each partition through, which is how a broker knows what it has already (KIP-98). */
export function batchHeaders(
  identity: ProducerIdentity,
  { isTransactional }: Pick<BatchHeader, 'isTransactional'>,
): NextHeader {
  const sequences = new Map<string, number>()
  return ({ topic, partition }, count) => {
    const name = `${topic}-${partition}`
    const baseSequence = sequences.get(name) ?? 0
    // They begin again at 0 behind the largest int32.
    sequences.set(name, (baseSequence + count) % 2 ** 31)
    return { ...identity, baseSequence, isTransactional, timestamp: Date.now() }
  }
}
