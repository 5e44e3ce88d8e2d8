import type { ClusterAdmin } from '../kafka/kafkajs/admin.ts'

/** The position of a pipeline's consumer group in one partition of the clean topic. */
export interface PipelinePosition {
  readonly topic: string
  readonly partition: number
  /** The next offset to deliver: the committed one, or else the log start. */
  readonly position: number
  readonly logEnd: number
}

/** Of every partition of the topics. */
export async function pipelinePositions(
  admin: Pick<ClusterAdmin, 'positions' | 'logs'>,
  groupId: string,
  topics: readonly string[],
): Promise<PipelinePosition[]> {
  const committed = new Map<string, number>()
  for (const { topic, partition, position } of await admin.positions(groupId, topics)) {
    committed.set(`${topic}-${partition}`, position)
  }
  const positions: PipelinePosition[] = []
  for (const topic of topics) {
    for (const { partition, logStart, logEnd } of await admin.logs(topic)) {
      const position = Math.max(logStart, committed.get(`${topic}-${partition}`) ?? -1)
      positions.push({ topic, partition, position, logEnd })
    }
  }
  return positions
}

export function recordsLeft({ position, logEnd }: PipelinePosition): number {
  return Math.max(0, logEnd - position)
}
