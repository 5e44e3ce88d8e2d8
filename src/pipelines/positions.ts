import type { Admin } from 'kafkajs'

/** How far the consumer group of a pipeline is in one partition of the clean topic. */
export interface PipelinePosition {
  readonly topic: string
  readonly partition: number
  /** The next offset to deliver: what the group has committed, or else where the log begins. */
  readonly position: number
  readonly logEnd: number
}

/** Of every partition of the topics. */
export async function pipelinePositions(
  admin: Admin,
  groupId: string,
  topics: readonly string[],
): Promise<PipelinePosition[]> {
  const committed = new Map<string, number>()
  for (const { topic, partitions } of await admin.fetchOffsets({ groupId, topics: [...topics] })) {
    for (const { partition, offset } of partitions) committed.set(`${topic}-${partition}`, Number(offset))
  }
  const positions: PipelinePosition[] = []
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      const position = Math.max(Number(low), committed.get(`${topic}-${partition}`) ?? -1)
      positions.push({ topic, partition, position, logEnd: Number(high) })
    }
  }
  return positions
}

export function recordsLeft({ position, logEnd }: PipelinePosition): number {
  return Math.max(0, logEnd - position)
}
