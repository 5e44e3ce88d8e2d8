import { openClusterAdmin } from '../kafka/kafkajs/admin.ts'
import type { BrokerOptions } from '../kafka/net/brokerOptions.ts'
import type { PipelineProgress } from '../telemetry/pipelineProgress.ts'
import { pipelinePositions, recordsLeft } from './positions.ts'

export interface RemainingOptions {
  readonly broker: BrokerOptions
  readonly groupId: string
  readonly topics: readonly string[]
  readonly progress: PipelineProgress
}

/**
 * The number of records in its partitions (`<topic>-<partition>`) that a consumer has not read: from its reading, and
 * by look-ups while it is stuck.
 */
export interface Remaining {
  /** The group assigned it these partitions. */
  joined(partitions: readonly string[]): Promise<void>
  /** A known value of a partition that it reads. */
  left(partition: string, records: number): void
  /**
   * Asks the brokers, because a batch in flight delays the other partitions, and topics grow meanwhile. Never rejects.
   */
  look(): Promise<void>
}

export function trackRemaining({ broker, groupId, topics, progress }: RemainingOptions): Remaining {
  let assigned: readonly string[] = []
  /** Reported since the last look-up began, and so more recent. */
  const told = new Set<string>()
  let isLooking = false
  const look = async () => {
    if (isLooking) return
    isLooking = true
    told.clear()
    const found = await lookUp(broker, groupId, topics).catch(() => [])
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

/** For each partition, relative to the committed offset; without one, all records. */
async function lookUp(broker: BrokerOptions, groupId: string, topics: readonly string[]): Promise<[string, number][]> {
  await using admin = await openClusterAdmin(broker, topics)
  const positions = await pipelinePositions(admin, groupId, topics)
  return positions.map(at => [`${at.topic}-${at.partition}`, recordsLeft(at)])
}
