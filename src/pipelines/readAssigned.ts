import type { EventDecoder } from '../avro/eventDecoder.ts'
import { KoffError } from '../base/errors.ts'
import type { PartitionOutages } from '../base/outage.ts'
import { Turns } from '../delivery/turns.ts'
import { openClusterAdmin, type PartitionPosition } from '../kafka/kafkajs/admin.ts'
import type { Assignment } from '../kafka/kafkajs/assignor.ts'
import type { TopicPartition } from '../kafka/protocol/metadata.ts'
import { openKafkaSource } from '../sources/kafka/source.ts'
import { deliverRecords, type Reading } from './deliverRecords.ts'
import type { FollowerOptions } from './follower.ts'
import type { PipelineOutage } from './pipelineOutage.ts'
import type { Remaining } from './remaining.ts'

export interface ReadAssignedOptions extends FollowerOptions {
  readonly assignment: Assignment
  /** Aborts when the assignment no longer counts: nothing is written after that. */
  readonly generation: AbortSignal
  readonly decoder: EventDecoder
  readonly outage: PipelineOutage
  readonly remaining: Remaining
  /** False where the generation is over. */
  readonly commit: (positions: readonly PartitionPosition[]) => Promise<boolean>
}

/** The maximum size of a fetch, beyond one batch of the log. Memory holds one fetch and its decoded events. */
const fetchBytes = 4 * 1024 * 1024
const maxWaitMs = 250

/**
 * Reads the assigned partitions from the committed offset, or else from the log start, until the generation is over or
 * the signal of the pipeline aborts.
 */
export async function readAssigned(options: ReadAssignedOptions): Promise<void> {
  const { assignment, generation, groupId, signal, remaining } = options
  const assigned = Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map(partition => ({ topic, partition })),
  )
  void remaining.joined(assigned.map(({ topic, partition }) => `${topic}-${partition}`))
  const topics = Map.groupBy(assigned, ({ topic }) => topic)
  const positions = await committed(options, groupId, [...topics.keys()])
  const failed = new AbortController()
  const stop = AbortSignal.any([signal, generation, failed.signal])
  if (stop.aborted) return
  const turns = new Turns(1)
  const ends = [...topics].map(([topic, partitions]) =>
    readTopic({ ...options, topic, stop, turns }, partitions, positions).catch((error: unknown) => {
      if (!stop.aborted) failed.abort(error)
    }),
  )
  await Promise.all(ends)
  failed.signal.throwIfAborted()
}

async function committed(options: ReadAssignedOptions, groupId: string, topics: readonly string[]) {
  await using admin = await openClusterAdmin(options, topics)
  return await admin.positions(groupId, topics)
}

interface TopicReading extends ReadAssignedOptions {
  readonly topic: string
  /** Aborts when reading should end. */
  readonly stop: AbortSignal
  /** One write at a time. */
  readonly turns: Turns
}

async function readTopic(
  options: TopicReading,
  partitions: readonly TopicPartition[],
  positions: readonly PartitionPosition[],
): Promise<void> {
  const { topic, stop, turns, outage, log } = options
  const numbers = partitions.map(({ partition }) => partition)
  const own = positions.filter(at => at.topic === topic && numbers.includes(at.partition))
  await using source = await openKafkaSource({
    ...options,
    partitions: numbers,
    from: new Map(own.map(({ partition, position }) => [partition, position])),
    isolation: 'committed',
    beyondEnd: 'start',
    batchesAtATime: Number.POSITIVE_INFINITY,
    topicNames: false,
    maxBytes: fetchBytes,
    maxWaitMs,
    log,
    outages: outagesOf(outage),
    signal: stop,
  })
  const reading: Reading = { ...options, position: new Map() }
  for await (const inputs of source.chunks(stop)) {
    using _turn = await turns.take()
    if (!(await deliverRecords(inputs, reading))) return
  }
}

function outagesOf(outage: PipelineOutage): PartitionOutages {
  return {
    begin: (_partitions, reason) => outage.goesOn(new KoffError('BROKER_UNREACHABLE', reason, { retriable: true })),
    end: () => outage.end(),
  }
}
