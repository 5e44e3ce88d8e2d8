import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Consumer, type PartitionAssigner } from 'kafkajs'
import { abortable } from '../../../base/abortable.ts'
import { backOffMs } from '../../../base/backOff.ts'
import type { Log } from '../../../base/log.ts'
import type { Ownership } from '../../../delivery/ownership.ts'
import type { BrokerOptions } from '../../../kafka/net/brokerOptions.ts'
import { brokerFault } from '../brokerFault.ts'
import { kafkaClient, reasonBehind } from '../client.ts'
import { type Claim, stickyAssignment } from './stickyAssignment.ts'

export interface InstancesOptions extends BrokerOptions {
  /** Of the consumer group that the instances are in. */
  readonly groupId: string
  /** Its partitions are those of `__consumer_offsets`. */
  readonly stateTopic: string
  /** An instance that is not heard of for so long loses what it owned; 10 s unless given. */
  readonly sessionTimeoutMs?: number | undefined
  readonly log: Log
}

const protocolName = 'koff-sticky'
/** All instances lose a coordinator at the same moment: the jitter keeps them from coming back at the same one. */
const rejoinPauses = { firstMs: 500, maxMs: 10_000 }
/** An instance that was in the group for that long begins with short pauses again. */
const longMs = 60_000
const leaveTimeoutMs = 1_500

/**
 * The instances of one deployment share the partitions as a consumer group on the state topic. It commits nothing and fetches
 * nothing: who may write is decided by transactional ids, membership only says whose turn it is. What an instance owns
 * it keeps while it is cut off, until it is told otherwise, or fenced.
 */
export function kafkaInstances(options: InstancesOptions): Ownership {
  const kafka = kafkaClient(options)
  const closing = new AbortController()
  let partitions: ReadonlySet<number> = new Set()
  let since = 0
  let consumer: Consumer | null = null
  let over: Promise<void> = Promise.resolve()
  let waiting: (() => void)[] = []

  const confirm = () => {
    for (const resolve of waiting.splice(0)) resolve()
  }

  const join = async (changed: () => void): Promise<Error> => {
    const { groupId, stateTopic, sessionTimeoutMs = 10_000 } = options
    const joined = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: Math.max(sessionTimeoutMs, 10_000),
      heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
      maxWaitTimeInMs: 250,
      allowAutoTopicCreation: false,
      partitionAssigners: [assigner(stateTopic, () => ({ partitions: [...partitions], since }))],
      // One crash is one end, and this function begins anew: no second place that retries.
      retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
    })
    consumer = joined
    const { promise: crashed, resolve: crash } = Promise.withResolvers<Error>()
    joined.on(joined.events.CRASH, ({ payload }) => crash(payload.error))
    joined.on(joined.events.HEARTBEAT, confirm)
    joined.on(joined.events.GROUP_JOIN, ({ payload }) => {
      joined.pause([{ topic: stateTopic }])
      partitions = new Set(payload.memberAssignment[stateTopic] ?? [])
      since = Date.now()
      changed()
      confirm()
    })
    try {
      await joined.connect()
      await joined.subscribe({ topics: [stateTopic], fromBeginning: false })
      await joined.run({ autoCommit: false, eachBatch: async () => undefined })
      return await abortable(crashed, closing.signal)
    } finally {
      await joined.disconnect().catch(() => undefined)
    }
  }

  const keepJoined = async (changed: () => void, failed: (error: unknown) => void) => {
    for (let failures = 1; !closing.signal.aborted; failures++) {
      const startedAt = performance.now()
      const error = await join(changed).catch((thrown: unknown) => thrown)
      if (closing.signal.aborted) return
      const { brokers, groupId, stateTopic } = options
      const call = { brokers, topic: stateTopic, operation: 'Read', group: groupId } as const
      const fault = brokerFault(reasonBehind(error, kafka), call)
      if (!fault.retriable) return failed(fault)
      if (performance.now() - startedAt > longMs) failures = 1
      if (failures === 1) {
        const { groupId: group, log } = options
        // Whoever cannot reach the group later cannot commit either, and that is told.
        const level = since === 0 ? 'warn' : 'debug'
        log[level](`group ${group}: ${fault.message}; joining again until it works`, { group, reason: fault.message })
      }
      await sleep(backOffMs(failures, rejoinPauses), undefined, { signal: closing.signal }).catch(() => undefined)
    }
  }

  return {
    get partitions() {
      return partitions
    },
    get isKnown() {
      return since > 0
    },
    async start({ changed, failed }, signal) {
      const { promise: joined, resolve, reject } = Promise.withResolvers<void>()
      const joinedOnce = () => {
        resolve()
        changed()
      }
      over = keepJoined(joinedOnce, error => {
        reject(error)
        failed(error)
      })
      await abortable(joined, signal)
    },
    async confirmed(signal) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting = [...waiting, resolve]
      await abortable(promise, signal)
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      const left = over.then(() => consumer?.disconnect()).catch(() => undefined)
      // Of a broker that answers nothing no goodbye is waited for.
      await Promise.race([left, sleep(leaveTimeoutMs, undefined, { ref: false })])
    },
  }
}

function assigner(topic: string, owned: () => Omit<Claim, 'memberId'>): PartitionAssigner {
  const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol
  return ({ cluster }) => ({
    name: protocolName,
    version: 0,
    protocol: ({ topics }) => ({
      name: protocolName,
      metadata: MemberMetadata.encode({ version: 0, topics, userData: Buffer.from(JSON.stringify(owned())) }),
    }),
    assign: async ({ members }) => {
      const claims = members.map(({ memberId, memberMetadata }): Claim => {
        const userData = MemberMetadata.decode(memberMetadata)?.userData.toString()
        return { memberId, ...(userData ? claimIn(userData) : { partitions: [], since: 0 }) }
      })
      const count = cluster.findTopicPartitionMetadata(topic).length
      return [...stickyAssignment(count, claims)].map(([memberId, partitions]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version: 0,
          assignment: { [topic]: partitions },
          userData: Buffer.alloc(0),
        }),
      }))
    },
  })
}

/** Other versions of koff may say more. */
function claimIn(userData: string): Omit<Claim, 'memberId'> {
  const { partitions, since } = JSON.parse(userData) as Omit<Claim, 'memberId'>
  return { partitions, since }
}
