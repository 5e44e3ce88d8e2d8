import { Queue } from 'bullmq'
import { KoffError } from '../../base/errors.ts'
import { type RedisClient, redisClient, redisPlace } from './client.ts'
import { isPlainRedis } from './plainRedis.ts'
import { speaksNoTls } from './redisFault.ts'
import type { RedisOptions } from './redisSchema.ts'

/** The oldest version with everything that BullMQ's scripts need. */
const oldestRedis = 5

/** One connection to Redis with the queue; after a failure a new one is made. */
export interface Connection {
  readonly ready: Promise<Queue>
  isUsable(): boolean
  close(): void
}

export interface ConnectionOptions {
  readonly queue: string
  readonly prefix: string
  readonly redis: RedisOptions
  /** Called where Redis may evict keys that have an expiry. */
  readonly evicts: (policy: string) => void
}

export function openConnection({ queue, prefix, redis, evicts }: ConnectionOptions): Connection {
  const client = redisClient(redis)
  const { promise: ended, reject: end } = Promise.withResolvers<never>()
  ended.catch(ignore)
  let failure: unknown
  // The event of a failed connection has the reason; the rejection only says that it is closed.
  client.on('error', error => (failure ??= error))
  // A cluster client that ends while it connects never settles its promise.
  client.on('end', () => end(new Error('the connection was closed')))
  const open = async () => {
    const looking = new AbortController()
    const plain = isPlainRedis(redis, looking.signal).then(is => is && end(speaksNoTls(redisPlace(redis))))
    try {
      await Promise.race([client.connect(), ended])
    } catch (error) {
      throw failure ?? error
    } finally {
      looking.abort()
      await plain
    }
    const policy = await checkServer(client, redisPlace(redis))
    if (policy !== null) evicts(policy)
    // A missing database is also reported like this, and the connection stays on database 0.
    if (failure !== undefined) throw failure
    const bull = new Queue(queue, { connection: client, prefix, skipVersionCheck: true })
    bull.on('error', ignore)
    return bull
  }
  return {
    ready: open(),
    isUsable: () => client.status === 'ready',
    close: () => client.disconnect(),
  }
}

/**
 * Gives the policy of a Redis that may evict keys with an expiry, null where it evicts nothing. (BullMQ would say such
 * things on standard error.)
 * @throws KoffError UNSUPPORTED where a queue would not be safe.
 */
async function checkServer(client: RedisClient, place: string): Promise<string | null> {
  const info = await client.info()
  const [, version] = /^redis_version:(\d+)/m.exec(info) ?? []
  if (version !== undefined && Number(version) < oldestRedis) {
    throw new KoffError(
      'UNSUPPORTED',
      `${place}: a queue of BullMQ needs Redis ${oldestRedis} or later, this is ${version}`,
    )
  }
  if (/^role:slave[^]*^slave_read_only:1/m.test(info)) throw new Error('READONLY')
  const [, policy = 'noeviction'] = /^maxmemory_policy:([\w-]+)/m.exec(info) ?? []
  if (!policy.startsWith('allkeys-')) return policy === 'noeviction' ? null : policy
  throw new KoffError(
    'UNSUPPORTED',
    `${place} evicts jobs when it is short of memory (maxmemory-policy ${policy}): set it to noeviction`,
  )
}

function ignore(): void {}
