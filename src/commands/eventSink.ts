import { type StdoutSink, stdoutSink } from '../sinks/stdout/sink.ts'
import { type OutputFlags, viewOf } from '../terminal/output.ts'
import type { Shell } from '../terminal/shell.ts'

/** Standard output for events in the format of `-o` and `--color`. Follows a resized terminal. */
export function eventSink(shell: Shell, flags: OutputFlags): StdoutSink {
  const { format, ink } = viewOf(shell, flags)
  const line = { ink, wide: format === 'wide', width: () => viewOf(shell, flags).width }
  return stdoutSink({ stream: shell.stdout, format: format === 'json' ? 'json' : 'human', line })
}
