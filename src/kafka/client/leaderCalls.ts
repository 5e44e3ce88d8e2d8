import { KoffError } from '../../base/errors.ts'
import type { TopicPartition } from '../protocol/metadata.ts'
import type { BrokerConnection } from './connection.ts'
import type { ConnectionPool } from './connectionPool.ts'
import type { LeaderTable, LedPartition } from './leaderTable.ts'

/** What one leader is asked. */
export interface LeaderCall {
  readonly node: number
  readonly connection: BrokerConnection
  /** Those of the partitions that it leads, as last known. */
  readonly led: readonly LedPartition[]
}

/**
 * Asks the leaders of some partitions, all at once. A leader that does not answer, or cannot answer now, is left out. Fails
 * with what does not pass by itself.
 */
export type AskLeaders = <T>(
  partitions: readonly TopicPartition[],
  ask: (call: LeaderCall) => Promise<readonly T[]>,
) => Promise<T[]>

export function leaderCalls(leaders: LeaderTable, connections: ConnectionPool): AskLeaders {
  return async (partitions, ask) => {
    const led = await leaders.find(partitions)
    const calls = [...Map.groupBy(led, ({ leader }) => leader)].map(async ([node, ofLeader]) => {
      try {
        return await ask({ node, connection: await connections.get(node), led: ofLeader })
      } catch (error) {
        connections.drop(node)
        if (error instanceof KoffError && error.retriable) return []
        throw error
      }
    })
    return (await Promise.all(calls)).flat()
  }
}
