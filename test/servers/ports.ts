import { randomInt } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { tryFileLock } from './lock.ts'
import { serversFolder } from './maven.ts'

/** Below what systems hand out to outgoing connections, so that a server that restarts finds its port still free. */
const lowest = 20_000
const beyond = 32_000

/**
 * A loopback port on which nobody listens, and that is this process's while it lives: test files run side by side, and
 * the port of a server that restarts must not go to another.
 */
export async function freePort(): Promise<number> {
  return claim(() => [randomInt(lowest, beyond)])
}

/** As `freePort`, where the port that lies `distance` above has to be free as well: a Redis of a cluster takes both. */
export async function freePortPair(distance: number): Promise<number> {
  return claim(() => {
    const port = randomInt(lowest, beyond - distance)
    return [port, port + distance]
  })
}

async function claim(candidates: () => readonly [number, ...number[]]): Promise<number> {
  const claims = join(serversFolder(), 'ports')
  await mkdir(claims, { recursive: true })
  for (;;) {
    const ports = candidates()
    let claimed = true
    for (const port of ports) claimed &&= (await isFree(port)) && (await tryFileLock(join(claims, String(port))))
    if (claimed) return ports[0]
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
