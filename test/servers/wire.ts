import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A network between clients and one server on this machine, which can be cut. */
export interface Wire extends AsyncDisposable {
  /** Where clients connect to. */
  readonly port: number
  /** From here on nothing gets through, in neither direction, and nobody is told: connections stay, new ones too. */
  cut(): void
  /** What was on its way arrives, and everything gets through again. */
  heal(): void
  /** Every connection is gone at once, as when a firewall restarts. */
  reset(): void
}

/** `to` is the server's port. */
export async function openWire(to: number): Promise<Wire> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let isCut = false
  const server = createServer(client => {
    const remote = connect({ host: '127.0.0.1', port: to })
    const pair = [client, remote] as const
    pairs.add(pair)
    for (const [from, into] of [pair, [remote, client]] as const) {
      // Half-open until the other side is done, too, as TCP is.
      from.pipe(into)
      from.on('error', () => undefined)
      from.on('close', () => {
        pairs.delete(pair)
        into.destroy()
      })
    }
    if (isCut) part(pair)
  })
  const part = ([client, remote]: readonly [Socket, Socket]) => {
    client.unpipe(remote).pause()
    remote.unpipe(client).pause()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const reset = () => {
    for (const [client, remote] of pairs) {
      client.destroy()
      remote.destroy()
    }
  }
  return {
    port: address.port,
    cut: () => {
      isCut = true
      for (const pair of pairs) part(pair)
    },
    heal: () => {
      isCut = false
      for (const [client, remote] of pairs) {
        client.pipe(remote)
        remote.pipe(client)
      }
    },
    reset,
    async [Symbol.asyncDispose]() {
      reset()
      server.close()
      await once(server, 'close')
    },
  }
}
