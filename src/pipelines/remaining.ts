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

/** How many records of its partitions (`<topic>-<partition>`) a consumer has not read: as it reads them, and by looking where it cannot go on. */
export interface Remaining {
  /** The group gave it these partitions. */
  joined(partitions: readonly string[]): Promise<void>
  /** What it knows of a partition that it reads. */
  left(partition: string, records: number): void
  /** Asks the brokers: one batch under way keeps the others from being told, and topics grow meanwhile. Never rejects. */
  look(): Promise<void>
}

export function trackRemaining({ broker, groupId, topics, progress }: RemainingOptions): Remaining {
  let assigned: readonly string[] = []
  /** Told since the last look began, which knows less. */
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

/** Of each partition, by what the group has committed; of one without a position, all that is there. */
async function lookUp(broker: BrokerOptions, groupId: string, topics: readonly string[]): Promise<[string, number][]> {
  await using admin = await openClusterAdmin(broker, topics)
  const positions = await pipelinePositions(admin, groupId, topics)
  return positions.map(at => [`${at.topic}-${at.partition}`, recordsLeft(at)])
}
