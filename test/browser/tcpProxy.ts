import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Stands between a browser and koff. */
export interface TcpProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** Cuts all connections, and takes no new one until `heal`. */
  cut(): void
  heal(): void
}

export async function tcpProxy(to: string): Promise<TcpProxy> {
  const { hostname: host, port } = new URL(to)
  const clients = new Set<Socket>()
  let isCut = false
  const server = createServer(client => {
    if (isCut) {
      client.destroy()
      return
    }
    const upstream = connect({ host, port: Number(port) })
    clients.add(client)
    client.pipe(upstream)
    upstream.pipe(client)
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        clients.delete(client)
        client.destroy()
        upstream.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const cut = () => {
    isCut = true
    for (const client of clients) client.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    heal: () => (isCut = false),
    async [Symbol.asyncDispose]() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
