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
  /** Of the consumer group that the instances are in. */
  readonly groupId: string
  readonly stateTopic: string
  /** How many there are to share: as many as `__consumer_offsets` has. */
  readonly partitions: number
  /** An instance that is not heard of for so long loses what it owned; 10 s unless given. */
  readonly sessionTimeoutMs?: number | undefined
  /** What all instances must agree on. */
  readonly settings: SharedSettings
  /** What is stored of that; null where nothing is. Asked where new instances do not agree. */
  readonly storedSettings: (signal: AbortSignal) => Promise<SharedSettings | null>
  readonly log: Log
}

/** All instances lose a coordinator at the same moment: the jitter keeps them from coming back at the same one. */
const rejoinPauses = { firstMs: 500, maxMs: 10_000 }
/** An instance that was in the group for that long begins with short pauses again. */
const longMs = 60_000

/**
 * The instances of one deployment share the partitions as a consumer group on the state topic. It commits nothing and fetches
 * nothing: who may write is decided by transactional ids, membership only says whose turn it is. What an instance owns
 * it keeps while it is cut off, until it is told otherwise, or fenced.
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

  /** Why it was given nothing: others have all there is, which is null, or its settings are not theirs. */
  const learnWhy = async (memberId: string, changed: () => void): Promise<KoffError | null> => {
    const join = joins
    const isPresent = () => joins === join && !closing.signal.aborted
    const refusal = await refusalOf({ broker: options, groupId: options.groupId, memberId, isPresent })
    if (!isPresent()) return null
    if (refusal !== null) return refusalError(options.settings, refusal)
    take([], changed)
    return null
  }

  /** Stays in the group until it fails, or until the settings are refused: gives the reason. */
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
