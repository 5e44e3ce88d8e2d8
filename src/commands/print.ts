import { Command } from 'commander'
import { connectionHelp } from '../app/connection.ts'
import { addOutputOptions, type OutputFlags, viewOf } from '../terminal/output.ts'
import { interruptionCode, put, putJson, type Shell } from '../terminal/shell.ts'
import { humanFormat } from './humanFormat.ts'
import { jsonFormat } from './jsonFormat.ts'
import { addLiveOptions, type LiveOptions, openLive } from './live.ts'
import { noteUnread, recordLines } from './recordLines.ts'

interface PrintOptions extends LiveOptions, OutputFlags {}

export function printCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('print')
    .summary('decoded records as they come')
    .description('Prints the records of __consumer_offsets of a running cluster: what is there, then what comes.')
    .action(async (options: PrintOptions) => finish(await print(shell, options)))
  return addLiveOptions(addOutputOptions(command)).addHelpText(
    'after',
    `${connectionHelp}

Examples:
  koff print --brokers kafka-1:9092 --from latest
  koff print --group 'orders-*' --type OFFSET_COMMIT
  koff print --json --until-end | jq 'select(.value == null)'`,
  )
}

async function print(shell: Shell, options: PrintOptions): Promise<number> {
  await using live = await openLive(shell, options)
  const view = viewOf(shell, options)
  const isJson = view.format === 'json'
  const lines = recordLines(live.filter, isJson ? jsonFormat : humanFormat(view))
  for await (const inputs of live.source.chunks(live.signal)) {
    const text = inputs.map(lines.linesOf).join('')
    await (isJson ? putJson(shell.stdout, text) : put(shell.stdout, text))
  }
  noteUnread(shell, lines)
  return interruptionCode(shell)
}
