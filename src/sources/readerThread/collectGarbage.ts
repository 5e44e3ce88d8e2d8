import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
// Nobody else asked for it
setFlagsFromString('--no-expose-gc')

/**
 * When memory that threads share is let go of. V8 does not count it, and finds next to nothing to collect in a thread
 * that only reads: unasked, it would keep all of it.
 */
export function collectGarbage(): void {
  setImmediate(collect)
}
