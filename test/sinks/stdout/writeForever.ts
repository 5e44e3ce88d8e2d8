import { stdoutSink } from '../../../src/sinks/stdout/sink.ts'
import { events } from '../events.ts'

/*
 * A program that writes events to its standard output until nobody reads them any more. On SIGUSR2 it says on standard
 * error how many writes have resolved.
 */

const sink = stdoutSink()
const batch = events(100)
let writes = 0
process.on('SIGUSR2', () => process.stderr.write(`${writes}\n`))
try {
  for (;;) {
    await sink.write(batch, sink.closed)
    writes += 1
  }
} catch (error) {
  if (!sink.closed.aborted || error !== sink.closed.reason) throw error
  process.stderr.write(`closed: ${sink.closed.reason instanceof Error ? sink.closed.reason.name : 'for no reason'}\n`)
}
