import { hostname } from 'node:os'
import { abortable } from '../../../base/abortable.ts'
import { KoffError } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import { persist } from '../../../base/retry.ts'
import type { Ownership } from '../../../delivery/ownership.ts'
import type { SharedSettings } from '../../../delivery/sharedSettings.ts'
import { type Generation, groupMember } from '../../../kafka/kafkajs/groupMember.ts'
import type { BrokerOptions } from '../../../kafka/net/brokerOptions.ts'
import { assigner, refusalOf } from './assigner.ts'
import { refusalError } from './refusals.ts'

export interface InstancesOptions extends BrokerOptions {
  /** The consumer group of the instances. */
  readonly groupId: string
  readonly stateTopic: string
  /** The number of partitions to share: that of `__consumer_offsets`. */
  readonly partitions: number
  /** An instance without a heartbeat for this long loses its partitions; 10 s unless given. */
  readonly sessionTimeoutMs?: number | undefined
  /** The settings that all instances must share. */
  readonly settings: SharedSettings
  /** The stored settings; null where nothing is stored. Requested where new instances disagree. */
  readonly storedSettings: (signal: AbortSignal) => Promise<SharedSettings | null>
  readonly log: Log
}

/** All instances lose a coordinator at the same moment: jitter keeps them from returning at the same moment. */
const rejoinPauses = { firstMs: 500, maxMs: 10_000 }
/** After this long in the group, an instance starts with short pauses again. */
const longMs = 60_000

/**
 * The instances of one deployment share the partitions as a consumer group on the state topic. The group commits and
 * fetches nothing: transactional ids decide who may write, membership only distributes the work. An instance that is
 * cut off keeps its partitions until the group reassigns them or it is fenced.
 */
export function kafkaInstances(options: InstancesOptions): Ownership {
  const closing = new AbortController()
  const instance = `${hostname()}:${process.pid}`
  let partitions: ReadonlySet<number> = new Set()
  let since = 0
  let isKnown = false
  let joins = 0
  let over: Promise<void> = Promise.resolve()
  let waiting: (() => void)[] = []

  const confirm = () => {
    for (const resolve of waiting.splice(0)) resolve()
  }

  const take = (assigned: readonly number[], changed: () => void) => {
    const isNews = !isKnown || assigned.length !== partitions.size || assigned.some(one => !partitions.has(one))
    isKnown = true
    if (assigned.length > 0) since = Date.now()
    partitions = new Set(assigned)
    if (isNews) changed()
    confirm()
  }

  /** Why it has no partition: null if others own them all, or its settings differ. */
  const learnWhy = async (memberId: string, changed: () => void): Promise<KoffError | null> => {
    const join = joins
    const isPresent = () => joins === join && !closing.signal.aborted
    const refusal = await refusalOf({ broker: options, groupId: options.groupId, memberId, isPresent })
    if (!isPresent()) return null
    if (refusal !== null) return refusalError(options.settings, refusal)
    take([], changed)
    return null
  }

  /** Stays in the group until a failure, or until its settings are refused: returns the reason. */
  const join = async (changed: () => void): Promise<KoffError> => {
    const { stateTopic, settings, sessionTimeoutMs = 10_000 } = options
    const own = () => ({ partitions: [...partitions], since, instance, settings })
    const refused = new AbortController()
    const joined = ({ memberId, assignment }: Generation) => {
      const assigned = assignment[stateTopic] ?? []
      joins += 1
      if (assigned.length > 0 || partitions.size > 0) take(assigned, changed)
      if (assigned.length > 0) return
      void learnWhy(memberId, changed).then(reason => reason !== null && refused.abort(reason))
    }
    const member = groupMember({
      ...options,
      topics: [stateTopic],
      sessionTimeoutMs,
      assignor: assigner({ ...options, signal: closing.signal }, own),
      joined,
      heartbeat: confirm,
    })
    try {
      return await member.stay(AbortSignal.any([closing.signal, refused.signal]))
    } catch (error) {
      if (error instanceof KoffError) return error
      throw error
    }
  }

  const keepJoined = async (changed: () => void, failed: (error: unknown) => void) => {
    const refusal = (error: unknown, failures: number) => {
      if (!(error instanceof KoffError && error.retriable)) throw error
      const { groupId: group, log } = options
      // An instance that cannot reach the group later cannot commit either, and that has a line of its own.
      const level = isKnown ? 'debug' : 'warn'
      const { message: reason } = error
      if (failures === 1) log[level](`group ${group}: ${reason}; joining again until it works`, { group, reason })
      return error
    }
    const work = async () => {
      throw await join(changed)
    }
    const { signal } = closing
    await persist(work, { signal, failed: refusal, pauses: rejoinPauses, steadyMs: longMs }).catch((error: unknown) => {
      if (signal.aborted) return
      if (!(error instanceof KoffError)) throw error
      failed(error)
    })
  }

  return {
    get partitions() {
      return partitions
    },
    get isKnown() {
      return isKnown
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
      await over
    },
  }
}
