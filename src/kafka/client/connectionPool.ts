import type { Cluster } from './cluster.ts'
import type { BrokerConnection } from './connection.ts'

/** One connection to each broker that is needed. It is opened on demand and kept while it is alive. */
export interface ConnectionPool {
  /** Fails as connecting does; the next call tries again. */
  get(node: number): Promise<BrokerConnection>
  drop(node: number): void
  close(): void
}

export function connectionPool(cluster: Cluster, signal: AbortSignal): ConnectionPool {
  const connections = new Map<number, Promise<BrokerConnection>>()
  const drop = (node: number) => {
    const connection = connections.get(node)
    connections.delete(node)
    connection?.then(
      open => open.close(),
      () => undefined,
    )
  }
  const get = async (node: number): Promise<BrokerConnection> => {
    const known = await connections.get(node)?.catch(() => undefined)
    if (known?.isOpen === true) return known
    drop(node)
    const connection = cluster.connect(node, signal)
    connections.set(node, connection)
    return connection
  }
  return {
    get,
    drop,
    close: () => {
      for (const node of connections.keys()) drop(node)
    },
  }
}
