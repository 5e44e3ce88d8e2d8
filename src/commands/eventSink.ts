import { type StdoutSink, stdoutSink } from '../sinks/stdout/sink.ts'
import { type OutputFlags, viewOf } from '../terminal/output.ts'
import type { Shell } from '../terminal/shell.ts'

/** Standard output, for events as `-o` and `--color` want them. A terminal that is resized is followed. */
export function eventSink(shell: Shell, flags: OutputFlags): StdoutSink {
  const { format, ink } = viewOf(shell, flags)
  const line = { ink, wide: format === 'wide', width: () => viewOf(shell, flags).width }
  return stdoutSink({ stream: shell.stdout, format: format === 'json' ? 'json' : 'human', line })
}
