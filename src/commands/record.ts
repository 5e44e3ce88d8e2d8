import { Command } from 'commander'
import { KoffError } from '../errors.ts'
import { openRecordingWriter } from '../sources/recording/write.ts'
import { connectionHelp } from './connection.ts'
import { addLiveOptions, type LiveOptions, openLive } from './live.ts'
import { selectInputs } from './selectInputs.ts'
import { isClosedPipe, note, OutputClosed, type Shell } from './shell.ts'

interface RecordOptions extends LiveOptions {
  readonly output: string
}

export function recordCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('record')
    .summary('the records of a cluster into a recording')
    .description('Writes what koff reads of a running cluster to a file that koff decode, replay and groups read.')
    .requiredOption(
      '-o, --output <file>',
      'where to, in place of what is there; gzipped if it ends in .gz; - for standard output',
    )
    .action(async (options: RecordOptions) => finish(await record(shell, options)))
  return addLiveOptions(command).addHelpText(
    'after',
    `${connectionHelp}

Goes on until Ctrl-C, which ends the file well, --to or --until-end. With --group or --type the recording holds these
records and all transaction markers.

Examples:
  koff record --brokers kafka-1:9092 -o incident.ndjson.gz
  koff record --until-end --partition 12 -o - | koff decode -`,
  )
}

async function record(shell: Shell, options: RecordOptions): Promise<number> {
  await using live = await openLive(shell, options)
  await using writer = openRecordingWriter(options.output, { stdout: shell.stdout })
  const selected = selectInputs(live.filter)
  for await (const inputs of live.source.chunks(live.signal)) {
    await writer.write(inputs.flatMap(selected.of)).catch(rethrowUnlessClosed)
  }
  if (options.output !== '-') note(shell, `${options.output}: ${selected.records} records`)
  // Ctrl-C is how one ends a recording, not how one breaks it off.
  return 0
}

/** `koff record -o - | head` ends as quietly as every other command. */
function rethrowUnlessClosed(error: unknown): never {
  throw error instanceof KoffError && isClosedPipe(error.cause) ? new OutputClosed() : error
}
