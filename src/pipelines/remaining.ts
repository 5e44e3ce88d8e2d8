import type { Kafka } from 'kafkajs'
import type { PipelineProgress } from '../telemetry/pipelineProgress.ts'

export interface RemainingOptions {
  readonly kafka: Kafka
  readonly groupId: string
  readonly topic: string
  readonly progress: PipelineProgress
}

/** How many records of its partitions a consumer has not read: as it reads them, and by looking where it cannot go on. */
export interface Remaining {
  /** The group gave it these partitions. */
  joined(partitions: readonly number[]): Promise<void>
  /** What it knows of a partition that it reads. */
  left(partition: number, records: number): void
  /** Asks the brokers: one batch under way keeps the others from being told, and topics grow meanwhile. Never rejects. */
  look(): Promise<void>
}

export function trackRemaining({ kafka, groupId, topic, progress }: RemainingOptions): Remaining {
  let assigned: readonly number[] = []
  /** Told since the last look began, which knows less. */
  const told = new Set<number>()
  let isLooking = false
  const look = async () => {
    if (isLooking) return
    isLooking = true
    told.clear()
    const found = await recordsLeft(kafka, groupId, topic).catch(() => [])
    for (const [partition, records] of found)
      if (assigned.includes(partition) && !told.has(partition)) progress.left(partition, records)
    isLooking = false
  }
  return {
    async joined(partitions) {
      assigned = partitions
      progress.reads(partitions)
      await look()
    },
    left(partition, records) {
      told.add(partition)
      progress.left(partition, records)
    },
    look,
  }
}

/** Of each partition, by what the group has committed; of one without a position, all that is there. */
async function recordsLeft(kafka: Kafka, groupId: string, topic: string): Promise<(readonly [number, number])[]> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const [[known], logs] = await Promise.all([
      admin.fetchOffsets({ groupId, topics: [topic] }),
      admin.fetchTopicOffsets(topic),
    ])
    const committed = new Map(known?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
    return logs.map(({ partition, low, high }) => {
      const from = Math.max(Number(low), committed.get(partition) ?? -1)
      return [partition, Math.max(0, Number(high) - from)] as const
    })
  } finally {
    await admin.disconnect()
  }
}
