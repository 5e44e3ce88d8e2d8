import { KoffError } from '../../base/errors.ts'
import { kafkaError } from '../protocol/errors.ts'

/** The broker rejected a request, and would reject it again. */
export class RequestRejected extends Error {
  /** Kafka's name of the error. */
  readonly type: string
  /** The topic that the error is about, if any. */
  readonly topic: string | null
  /** The record batch that the error is about, if any. */
  readonly batch: BatchSize | null

  constructor(code: number, { request, topic, batch }: RejectedRequest) {
    const { name, text } = kafkaError(code)
    super(`${name} in ${request}${topic === undefined ? '' : ` to topic ${topic}`} (${text})`)
    this.type = name
    this.topic = topic ?? null
    this.batch = batch ?? null
  }
}

export interface RejectedRequest {
  /** host:port */
  readonly broker: string
  readonly request: string
  readonly topic?: string
  readonly batch?: BatchSize
}

export interface BatchSize {
  readonly bytes: number
  readonly records: number
}

/** The error for an error code: a retriable `KoffError` where the same request can succeed later. */
export function rejection(code: number, call: RejectedRequest): KoffError | RequestRejected {
  const rejected = new RequestRejected(code, call)
  if (!kafkaError(code).retriable) return rejected
  return new KoffError('BROKER_ERROR', `${call.broker}: ${rejected.message}`, { retriable: true, cause: rejected })
}
