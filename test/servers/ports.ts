import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

const taken = new Set<number>()

/** Below what systems hand out to outgoing connections, so that a server that restarts finds its port still free. */
const lowest = 20_000
const beyond = 32_000

/** A loopback port on which nobody listens, not given out before by this process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, beyond)
    if (taken.has(port) || !(await isFree(port))) continue
    taken.add(port)
    return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
