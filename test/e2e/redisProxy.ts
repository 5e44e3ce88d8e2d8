import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Stands between a client and Redis. What goes in always passes; what comes back can be held. */
export interface RedisProxy extends AsyncDisposable {
  readonly url: string
  /** From a request with this text on no answer passes: Redis does what it is asked, and the client does not know. */
  holdAfter(text: string): void
  /** Answers pass again, on new connections: those that were held are cut. */
  release(): void
}

export async function redisProxy(port: number): Promise<RedisProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let awaited: string | null = null
  let isHeld = false
  const server = createServer(client => {
    const redis = connect({ host: '127.0.0.1', port })
    const pair = [client, redis] as const
    pairs.add(pair)
    client.on('data', bytes => {
      if (awaited !== null && bytes.includes(awaited)) isHeld = true
      redis.write(bytes)
    })
    redis.on('data', bytes => {
      if (!isHeld) client.write(bytes)
    })
    for (const socket of pair) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        pairs.delete(pair)
        for (const other of pair) other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const cut = () => {
    for (const [client] of pairs) client.destroy()
  }
  return {
    url: `redis://127.0.0.1:${address.port}`,
    holdAfter: text => {
      awaited = text
    },
    release: () => {
      awaited = null
      isHeld = false
      cut()
    },
    async [Symbol.asyncDispose]() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
