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
  const claims = join(serversFolder(), 'ports')
  await mkdir(claims, { recursive: true })
  for (;;) {
    const port = randomInt(lowest, beyond)
    if ((await isFree(port)) && (await tryFileLock(join(claims, String(port))))) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
