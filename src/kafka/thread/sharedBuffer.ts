import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** So much new memory, and it is time to look for old. In bytes. */
const COLLECT_AFTER = 64 * 1024 * 1024
let allocated = 0
let collect: (() => void) | null = null

/**
 * Memory that all threads see. V8 does not count it, and in a thread that only reads it finds next to nothing else to
 * collect: unasked, it would keep what was let go of for good. So it is for that thread alone.
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
  // Nobody else asked for it
  setFlagsFromString('--no-expose-gc')
  return found
}
