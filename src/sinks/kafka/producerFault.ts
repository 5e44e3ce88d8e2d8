import { KoffError } from '../../base/errors.ts'
import { serverText } from '../../base/serverText.ts'
import { causesOf, systemReason } from '../../base/systemReason.ts'
import { accessRefusal, type BrokerCall, clusterText } from '../../kafka/client/accessRefusal.ts'
import { RequestRejected } from '../../kafka/producer/rejection.ts'
import type { ErrorName } from '../../kafka/protocol/errors.ts'
import { raiseLimit } from './raiseLimit.ts'

/** Why a producer could not write, with what to do. Retriable where another producer may succeed. */
export function producerFault(error: unknown, call: BrokerCall): KoffError {
  if (error instanceof KoffError) return error
  const { topic, brokers } = call
  if (error instanceof RequestRejected) {
    const refusal = accessRefusal(error.type, call, error)
    if (refusal !== null) return refusal
    if (tooLarge.has(error.type)) {
      const message = `topic ${topic} does not accept messages as large as those of koff; ${raiseLimit({ topic, brokers })}`
      return new KoffError('TOPIC_UNFIT', message, { cause: error })
    }
  }
  const message = `${clusterText(call)}, topic ${topic}: ${serverText(systemReason(error))}`
  return new KoffError('BROKER_ERROR', message, { retriable: true, cause: error })
}

export const tooLarge: ReadonlySet<string> = new Set<ErrorName>(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])

/** Another producer now uses the transactional id, or its transaction timed out. */
export function isFenced(error: unknown): boolean {
  return causesOf(error).some(cause => cause instanceof RequestRejected && fences.has(cause.type))
}

const fences: ReadonlySet<string> = new Set<ErrorName>([
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
])
