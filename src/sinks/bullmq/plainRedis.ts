import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisOptions } from './redisSchema.ts'

/** A longer handshake is worth this check. */
const patienceMs = 1_000

/**
 * True where a Redis that koff addresses with TLS does not use it: it then waits for the end of a line that never
 * comes, and the client only sees a time-out. A server that answers a plain PING needs no further wait.
 */
export async function isPlainRedis({ url, tls }: RedisOptions, signal: AbortSignal): Promise<boolean> {
  const parsed = url === undefined ? null : URL.parse(url)
  if (parsed === null || (parsed.protocol !== 'rediss:' && tls === undefined)) return false
  try {
    await sleep(patienceMs, undefined, { signal })
    const socket = connect(Number(parsed.port || 6379), parsed.hostname.replace(/^\[|\]$/g, ''))
    try {
      socket.write('PING\r\n')
      const [answer] = (await once(socket, 'data', { signal })) as [Buffer]
      return /^(\+PONG|-)/.test(answer.toString('latin1'))
    } finally {
      socket.destroy()
    }
  } catch {
    // There is no server, or it is connected meanwhile: neither is about TLS.
    return false
  }
}
