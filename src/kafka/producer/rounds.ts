import type { TopicPartition } from '../protocol/metadata.ts'
import type { PartitionBatch } from '../protocol/produce.ts'
import type { BatchEncoder, BatchHeader } from '../records/batchEncoder.ts'

/**
 * Encodes records as rounds of batches: at most one batch of each partition in a round, and no batch larger than any
 * topic accepts (max.message.bytes, 1 MiB unless set); a larger record is a batch of its own. A round is valid until
 * the next one is requested.
 */
export function* rounds(
  parts: Iterable<PartitionRecords>,
  { batches, header }: { readonly batches: BatchEncoder; readonly header: Header },
): Generator<readonly PartitionBatch[], void> {
  let round: PartitionBatch[] = []
  const end = (partition: TopicPartition) => {
    const bytes = batches.end(header(partition, batches.count))
    round.push({ topic: partition.topic, partition: partition.partition, bytes })
  }
  for (const part of parts) {
    const most = Math.min(batchBytes, part.batchBytes ?? batchBytes)
    for (const { key, value: given, headers } of part.records) {
      let value = given
      if (batches.count > 0 && batches.size + key.length + (value?.length ?? 0) + overheadBytes > most) {
        // The bytes are in the memory of the encoder, which other partitions use while this round is sent.
        if (value !== null && typeof value !== 'string') value = Buffer.from(value)
        end(part)
        yield round
        round = []
        batches.clear()
      }
      batches.append(key, value, headers)
    }
    if (batches.count > 0) end(part)
    if (batches.length > roundBytes) {
      yield round
      round = []
      batches.clear()
    }
  }
  if (round.length > 0) yield round
  batches.clear()
}

type Header = (partition: TopicPartition, count: number) => BatchHeader

/** The records of one partition, in order. */
export interface PartitionRecords extends TopicPartition {
  readonly records: Iterable<BatchRecord>
  /** The maximum size of a batch, where the topic accepts less than usual. */
  readonly batchBytes?: number
}

export interface BatchRecord {
  readonly key: string
  /** Bytes need to be valid only until the next record is requested. */
  readonly value: Buffer | string | null
  readonly headers?: Readonly<Record<string, string>>
}

const batchBytes = 512 * 1024
const roundBytes = 768 * 1024
/** Headers and framing. Ids are short, and the remaining half of the limit covers the long ones. */
const overheadBytes = 512
