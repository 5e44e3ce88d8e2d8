import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer } from 'kafkajs'
import { abortable } from '../../base/abortable.ts'
import type { KoffError } from '../../base/errors.ts'
import { causesOf } from '../../base/systemReason.ts'
import type { BrokerOptions } from '../net/brokerOptions.ts'
import type { ErrorName } from '../protocol/errors.ts'
import type { PartitionPosition } from './admin.ts'
import { type Assignment, type Assignor, partitionAssigner } from './assignor.ts'
import { kafkajsClient } from './client.ts'
import { withReason } from './coordinatorReason.ts'
import { errorType, kafkajsFault } from './fault.ts'

export interface GroupMemberOptions extends BrokerOptions {
  readonly groupId: string
  readonly topics: readonly string[]
  /** A member that sends no heartbeat for so long loses its partitions. */
  readonly sessionTimeoutMs: number
  /** Round robin unless given. */
  readonly assignor?: Assignor
  /** A generation of the group begins, with these partitions for this member. */
  readonly joined: (generation: Generation) => void
  /** The generation is over: the members join again. */
  readonly rebalancing?: () => void
  /** The coordinator answered a heartbeat. */
  readonly heartbeat?: () => void
}

export interface Generation {
  readonly memberId: string
  readonly assignment: Assignment
}

/** A member of a consumer group that fetches nothing: kafkajs joins, sends heartbeats and commits. */
export interface GroupMember {
  /**
   * Joins, and stays until the signal aborts, then leaves. Gives the error that ended the membership before that.
   * @throws the reason of the signal.
   */
  stay(signal: AbortSignal): Promise<KoffError>
  /**
   * Commits positions in the present generation; false where that is over.
   * @throws KoffError where the coordinator cannot be reached, or refuses.
   */
  commit(positions: readonly PartitionPosition[]): Promise<boolean>
}

/** How long a goodbye may take where the broker does not answer. */
const leaveTimeoutMs = 1_500

export function groupMember(options: GroupMemberOptions): GroupMember {
  const { groupId, topics, sessionTimeoutMs, assignor, brokers } = options
  let joined: Consumer | null = null
  const faultOf = async (error: unknown): Promise<KoffError> => {
    const call = { brokers, topic: topics.join(), operation: 'Read', group: groupId } as const
    return kafkajsFault(await withReason(error, options, call), call)
  }
  return {
    async stay(signal) {
      using client = kafkajsClient(options)
      const consumer = client.kafka.consumer({
        groupId,
        sessionTimeout: sessionTimeoutMs,
        rebalanceTimeout: Math.max(sessionTimeoutMs, 10_000),
        heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
        maxWaitTimeInMs: 250,
        allowAutoTopicCreation: false,
        ...(assignor === undefined ? {} : { partitionAssigners: [partitionAssigner(assignor)] }),
        // A failure ends the membership; the caller decides when to join again.
        retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
      })
      const ended = watch(consumer, options)
      try {
        const join = async () => {
          await consumer.connect()
          await consumer.subscribe({ topics: [...topics], fromBeginning: false })
          joined = consumer
          await consumer.run({ autoCommit: false, eachBatch: async () => undefined })
          return ended
        }
        return await faultOf(await abortable(join(), signal))
      } catch (error) {
        signal.throwIfAborted()
        return await faultOf(error)
      } finally {
        joined = null
        const left = consumer.disconnect().catch(() => undefined)
        await Promise.race([left, sleep(leaveTimeoutMs, undefined, { ref: false })])
      }
    },
    async commit(positions) {
      try {
        if (joined === null) return false
        await joined.commitOffsets(
          positions.map(({ topic, partition, position }) => ({ topic, partition, offset: String(position) })),
        )
        return true
      } catch (error) {
        if (causesOf(error).some(cause => generationOver.has(errorType(cause)))) return false
        throw await faultOf(error)
      }
    },
  }
}

/** Answers to a commit of a member that has to join again. */
const generationOver: ReadonlySet<string> = new Set<ErrorName>([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
])

/** Resolves with the error that ends the consumer. */
function watch(consumer: Consumer, { topics, joined, rebalancing, heartbeat }: GroupMemberOptions): Promise<Error> {
  const { events } = consumer
  const { promise: crashed, resolve: crash } = Promise.withResolvers<Error>()
  consumer.on(events.CRASH, ({ payload }) => crash(payload.error))
  consumer.on(events.HEARTBEAT, () => heartbeat?.())
  consumer.on(events.REBALANCING, () => rebalancing?.())
  consumer.on(events.GROUP_JOIN, ({ payload }) => {
    // A member with all its topics paused fetches nothing, and still sends heartbeats.
    consumer.pause(topics.map(topic => ({ topic })))
    joined({ memberId: payload.memberId, assignment: payload.memberAssignment })
  })
  return crashed
}
