import { Command } from 'commander'
import { openFiles } from '../sources/openFiles.ts'
import { addOutputOptions, type OutputFlags, viewOf } from '../terminal/output.ts'
import { fileProgress } from '../terminal/progress.ts'
import { interruptionCode, note, put, putJson, type Shell } from '../terminal/shell.ts'
import { humanFormat } from './humanFormat.ts'
import { jsonFormat } from './jsonFormat.ts'
import { addRecordOptions, fromOption, type RecordFilterOptions, recordFilter, toOption } from './recordFilter.ts'
import { noteUnread, recordLines } from './recordLines.ts'

interface DecodeOptions extends RecordFilterOptions, OutputFlags {
  readonly strict?: true
}

export function decodeCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('decode')
    .summary('records in files')
    .description(
      'Prints the records of recordings (NDJSON, gzipped or not, - for standard input), segment files or their directories.',
    )
    .argument('<file...>', 'recordings, segments (.log), directories of segments')
    .option('--strict', 'exit with 1 if anything could not be read')
    .action(async (files: string[], options: DecodeOptions) => finish(await decode(shell, files, options)))
  return addRecordOptions(addOutputOptions(command))
    .addOption(fromOption())
    .addOption(toOption())
    .addHelpText(
      'after',
      `
What Kafka itself cannot read has an "error" in its line; standard error counts them at the end. --group and --type keep
what cannot be read, unless its key says that it is of another group or type: so --group G --strict exits with 1 where
anything of G could not be read, or may be of G.

Examples:
  koff decode recording.ndjson.gz
  koff decode --group 'orders-*' --type OFFSET_COMMIT /var/kafka/__consumer_offsets-12
  koff decode --from 2026-11-24T12:00Z --to 2026-11-24T12:05Z 00000000000000000000.log`,
    )
}

async function decode(shell: Shell, files: readonly string[], options: DecodeOptions): Promise<number> {
  const view = viewOf(shell, options)
  const isJson = view.format === 'json'
  const lines = recordLines(recordFilter(options), isJson ? jsonFormat : humanFormat(view))
  using progress = fileProgress(shell)
  await using source = await openFiles(files, { stdin: shell.stdin, progress: progress.at })
  for await (const inputs of source.chunks(shell.signal)) {
    const text = inputs.map(lines.linesOf).join('')
    if (text !== '') progress.clear()
    await (isJson ? putJson(shell.stdout, text) : put(shell.stdout, text))
    for (const input of inputs) {
      if (input.kind !== 'fault' || input.fault.code !== 'TRUNCATED') continue
      progress.clear()
      const { file, partition, reason } = input.fault
      note(shell, `${file ?? `partition ${partition}`}: ${reason}`)
    }
  }
  progress.clear()
  noteUnread(shell, lines)
  if (shell.signal.aborted) return interruptionCode(shell)
  return options.strict === true && lines.unreadable + lines.faults > 0 ? 1 : 0
}
