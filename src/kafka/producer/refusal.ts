import { KoffError } from '../../base/errors.ts'
import { errorName } from '../protocol/errorCodes.ts'

/** An answer that says no for good, as far as the request goes. `brokerFault` words it for people. */
export class Refusal extends Error {
  /** Kafka's name of the error. */
  readonly type: string
  /** The topic that it is about, where it is about one. */
  readonly topic: string | null

  constructor(code: number, { request, topic }: RefusedCall) {
    const type = errorName(code)
    super(`${type} in ${request}${topic === undefined ? '' : ` to topic ${topic}`}`)
    this.type = type
    this.topic = topic ?? null
  }
}

export interface RefusedCall {
  /** host:port */
  readonly broker: string
  readonly request: string
  readonly topic?: string
}

/** What to throw for an error code: retriable where the very same request can succeed in a moment. */
export function refusal(code: number, call: RefusedCall): KoffError | Refusal {
  const refused = new Refusal(code, call)
  if (!passing.has(refused.type)) return refused
  return new KoffError('BROKER_ERROR', `${call.broker}: ${refused.message}`, { retriable: true, cause: refused })
}

/** Errors of a cluster in motion; the Java client's `RetriableException`s that these requests can bring. */
const passing: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'REQUEST_TIMED_OUT',
  'BROKER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'CORRUPT_MESSAGE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'CONCURRENT_TRANSACTIONS',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
])
