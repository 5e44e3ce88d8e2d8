import { KoffError } from '../../base/errors.ts'
import type { Cluster } from './cluster.ts'
import type { BrokerConnection } from './connection.ts'

/** A connection to any broker that answers. The caller must not close it. */
export async function anyBroker(cluster: Cluster, signal: AbortSignal): Promise<BrokerConnection> {
  if (cluster.connection?.isOpen !== true) await cluster.metadata({ names: [] }, signal)
  const { connection } = cluster
  if (connection === null) throw new KoffError('BROKER_UNREACHABLE', 'no broker answers', { retriable: true })
  return connection
}
