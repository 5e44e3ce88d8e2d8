import { KoffError } from '../../base/errors.ts'
import { causesOf } from '../../base/systemReason.ts'
import type { BrokerCall } from '../client/accessRefusal.ts'
import { anyBroker, openCluster } from '../client/cluster.ts'
import type { BrokerOptions } from '../net/brokerOptions.ts'
import { kafkaError } from '../protocol/errors.ts'
import { findCoordinator } from '../protocol/transactions.ts'

/**
 * The error itself. Where kafkajs found no coordinator of a group, it keeps the reason to itself (above all a missing ACL),
 * so a broker is asked once more.
 */
export async function withReason(error: unknown, options: BrokerOptions, { group }: BrokerCall): Promise<unknown> {
  const isMissing = causesOf(error).some(({ name }) => name === 'KafkaJSGroupCoordinatorNotFound')
  if (!isMissing || group === undefined) return error
  const { signal } = new AbortController()
  try {
    const cluster = await openCluster(options, signal)
    try {
      const connection = await anyBroker(cluster, signal)
      const { errorCode } = await connection.send(findCoordinator, { kind: 'group', id: group })
      if (errorCode === 0) return error
      const { name, text } = kafkaError(errorCode)
      return Object.assign(new Error(`no coordinator of group ${group}: ${name} (${text})`), { type: name })
    } finally {
      cluster.close()
    }
  } catch (failure) {
    return failure instanceof KoffError ? failure : error
  }
}
