import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** After this much new memory it is time to collect old memory, in bytes. */
const COLLECT_AFTER = 64 * 1024 * 1024
let allocated = 0
let collect: (() => void) | null = null

/**
 * Memory that all threads share. V8 does not count it, and a thread that only reads has little else to collect: without
 * a forced collection it would never release it. So only that thread may use it.
 */
export function sharedBuffer(length: number): Buffer {
  allocated += length
  if (allocated >= COLLECT_AFTER) {
    allocated = 0
    collect ??= collector()
    setImmediate(collect)
  }
  return Buffer.from(new SharedArrayBuffer(length))
}

function collector(): () => void {
  setFlagsFromString('--expose-gc')
  const found = runInNewContext('gc') as () => void
  // No other holder.
  setFlagsFromString('--no-expose-gc')
  return found
}
