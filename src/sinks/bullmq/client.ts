import { Cluster, Redis } from 'ioredis'
import { type Address, addressesIn } from '../../base/address.ts'
import { KoffError } from '../../base/errors.ts'
import type { RedisOptions } from './redisSchema.ts'

export type RedisClient = Redis | Cluster

/**
 * A client with one connection, not open yet. It neither reconnects nor repeats a command, so that one place decides
 * how long to retry. It must not be used after a failure.
 */
export function redisClient(options: RedisOptions): RedisClient {
  const { url = 'redis://localhost:6379', cluster, sentinel, db, tls } = options
  const common = commonOptions(options)
  if (cluster !== undefined) {
    return new Cluster(nodesOf(cluster, 6379), {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: () => null,
      redisOptions: { ...common, ...(tls === undefined ? {} : { tls }) },
    })
  }
  const single = { ...common, lazyConnect: true, enableOfflineQueue: false, ...(db === undefined ? {} : { db }) }
  if (sentinel !== undefined) {
    const { name, nodes, username, password } = sentinel
    return new Redis({
      ...single,
      name,
      sentinels: nodesOf(nodes, 26_379),
      sentinelRetryStrategy: () => null,
      ...(username === undefined ? {} : { sentinelUsername: username }),
      ...(password === undefined ? {} : { sentinelPassword: password }),
      ...(tls === undefined ? {} : { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
    })
  }
  return new Redis(url, { ...single, ...(tls === undefined ? {} : { tls }) })
}

/** Its address without credentials. */
export function redisPlace({ url = 'redis://localhost:6379', cluster, sentinel }: RedisOptions): string {
  if (cluster !== undefined) return `Redis Cluster at ${cluster.join(',')}`
  if (sentinel !== undefined) return `Redis ${sentinel.name} of the sentinels at ${sentinel.nodes.join(',')}`
  return `Redis at ${URL.parse(url)?.host ?? 'an address that is none'}`
}

/** The secrets that koff sends to Redis, which no message may show. */
export function redisSecrets({ url, password, sentinel }: RedisOptions): readonly string[] {
  const inUrl = url === undefined ? undefined : URL.parse(url)?.password
  return [password, sentinel?.password, inUrl].filter(secret => secret !== undefined)
}

function commonOptions(options: RedisOptions) {
  const { username, password, connectTimeoutMs = 10_000, answerTimeoutMs = 10_000 } = options
  return {
    connectTimeout: connectTimeoutMs,
    socketTimeout: answerTimeoutMs,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
    autoResendUnfulfilledCommands: false,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
}

function nodesOf(lists: readonly string[], defaultPort: number): Address[] {
  return lists.flatMap(list =>
    addressesIn(list, defaultPort).map(address => {
      if (address === null) throw new KoffError('CONFIG_INVALID', `Redis node ${JSON.stringify(list)} is not host:port`)
      return address
    }),
  )
}
