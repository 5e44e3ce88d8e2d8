import { main } from './commands/main.ts'
import { Interruption } from './terminal/shell.ts'

const controller = new AbortController()
const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

for (const [signal, number] of Object.entries(numbers)) {
  process.on(signal, () => {
    // Asked once, everything held is brought to its end; asked twice, nothing is.
    if (controller.signal.aborted) process.exit(128 + number)
    controller.abort(new Interruption(128 + number))
  })
}

// Whoever writes hears of it too; without a listener a pipe that nobody reads would end the process with a stack trace.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

process.exitCode = await main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  variables: process.env,
  signal: controller.signal,
})
