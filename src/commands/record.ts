import { Command } from 'commander'
import { configOf, connectionHelp } from '../app/connection.ts'
import { openSampler } from '../app/samples/sampler.ts'
import { KoffError } from '../base/errors.ts'
import { parseDuration } from '../base/times.ts'
import { isClosedPipe } from '../base/writeText.ts'
import { Fold } from '../engine/fold.ts'
import { apply } from '../pipeline/apply.ts'
import { openRecordingWriter } from '../sources/recording/write.ts'
import { note, noteLog, OutputClosed, type Shell } from '../terminal/shell.ts'
import { usage } from '../terminal/usage.ts'
import { addLiveOptions, type LiveOptions, openLive } from './live.ts'
import { selectInputs } from './selectInputs.ts'

interface RecordOptions extends LiveOptions {
  readonly output: string
  readonly sampleEvery?: number
  /** False with `--no-samples`. */
  readonly samples: boolean
}

export function recordCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('record')
    .summary('the records of a cluster into a recording')
    .description('Writes what koff reads of a running cluster to a file that koff decode, replay and groups read.')
    .requiredOption(
      '-o, --output <file>',
      'where to, in place of what is there; gzipped if it ends in .gz; - for standard output',
      parseOutput,
    )
    .option(
      '--sample-every <duration>',
      'how often to take a sample; 10s unless the configuration says otherwise',
      parseInterval,
    )
    .option('--no-samples', 'do not take samples')
    .action(async (options: RecordOptions) => finish(await record(shell, options)))
  return addLiveOptions(command).addHelpText(
    'after',
    `${connectionHelp}

Beside the records it holds what topic ids are called and samples of what the log does not say, every ten seconds: where
the logs of the partitions that groups committed to start and end, and which classic groups rebalance. That takes
Describe on the topics and groups; those that koff may not see are left out.

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
  const fold = new Fold({ cluster: live.source.cluster, history: 'none', types: new Set() })
  const { kafka, conditions } = (await configOf(shell, options)).config
  const sampling = { sampleEveryMs: options.sampleEvery ?? conditions.sampleEveryMs, samples: true }
  const wants = () => true
  await using sampler = options.samples
    ? await openSampler({ kafka, conditions: sampling, fold, wants, log: noteLog(shell) })
    : null
  const source = sampler === null ? live.source : sampler.around(live.source)
  for await (const inputs of source.chunks(live.signal)) {
    if (sampler !== null) for (const input of inputs) apply(fold, input)
    await writer.write(inputs.flatMap(selected.of)).catch(rethrowUnlessClosed)
  }
  if (options.output !== '-') note(shell, `${options.output}: ${selected.records} records`)
  // Ctrl-C is how one ends a recording, not how one breaks it off.
  return 0
}

function parseOutput(text: string): string {
  if (text === '') throw usage('--output: must not be empty')
  return text
}

function parseInterval(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) : parseDuration(text)
  if (ms !== null && Number.isSafeInteger(ms) && ms >= 1) return ms
  throw usage(`--sample-every: ${JSON.stringify(text)} is no duration; write 10s, or milliseconds`)
}

/** `koff record -o - | head` ends as quietly as every other command. */
function rethrowUnlessClosed(error: unknown): never {
  throw error instanceof KoffError && isClosedPipe(error.cause) ? new OutputClosed() : error
}
