import { Command } from 'commander'
import { addEventOptions, type EventOptions, groupFilter, typesOf } from '../app/eventOptions.ts'
import { parseTime } from '../app/logPoint.ts'
import { conditionSettings } from '../config/conditionSettings.ts'
import { Fold } from '../engine/fold.ts'
import { stdoutSink } from '../sinks/stdout/sink.ts'
import { openFiles } from '../sources/openFiles.ts'
import { refuseRepeats } from '../sources/refuseRepeats.ts'
import { defaultConditionSettings, type SettingsOf } from '../state/conditions/settings.ts'
import { fileProgress } from '../terminal/progress.ts'
import { interruptionCode, type Shell } from '../terminal/shell.ts'
import { deliver } from './deliver.ts'

interface ReplayOptions extends EventOptions {
  readonly liveFrom?: number
  readonly cluster: string
  readonly config?: string
}

export function replayCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('replay')
    .summary('the same events again, from files')
    .description('Reads recordings or segments as if they were live and prints the events, one JSON object a line.')
    .argument('<file...>', 'recordings (- for standard input), segments (.log), directories of segments')
    .option(
      '--live-from <time>',
      'what came earlier is history and makes no events: milliseconds, or 2026-11-24T12:00Z',
      text => parseTime('--live-from', text),
    )
    .option('--cluster <id>', "the cluster's id for the events; no file tells it", '')
    .option('-c, --config <file>', 'the configuration to take `conditions` from, when those over time open')
    .action(async (files: string[], options: ReplayOptions) => finish(await replay(shell, files, options)))
  return addEventOptions(command).addHelpText(
    'after',
    `
The same files give the same events with the same ids, every time.

Examples:
  koff replay recording.ndjson.gz
  koff replay --live-from 2026-11-24T12:00Z /var/kafka/__consumer_offsets-12
  zcat recording.ndjson.gz | koff replay --event member-left -`,
  )
}

async function replay(shell: Shell, files: readonly string[], options: ReplayOptions): Promise<number> {
  const { liveFrom, cluster, snapshot, group = ['*'] } = options
  using progress = fileProgress(shell)
  await using source = refuseRepeats(await openFiles(files, { stdin: shell.stdin, progress: progress.at }))
  const conditions = await conditionsOf(shell, options)
  const history = liveFrom === undefined ? 'none' : { liveFrom }
  await using sink = stdoutSink({ stream: shell.stdout, format: 'json' })
  await deliver({
    source,
    fold: new Fold({ cluster, history, types: typesOf(options), snapshot, conditions }),
    sinks: [sink],
    signal: AbortSignal.any([shell.signal, sink.closed]),
    accept: groupFilter({ include: group, exclude: [] }),
  })
  return interruptionCode(shell)
}

async function conditionsOf({ variables }: Shell, { config: file }: ReplayOptions): Promise<SettingsOf> {
  if (file === undefined) return () => defaultConditionSettings
  const { loadConfig } = await import('../config/load.ts')
  return conditionSettings(loadConfig({ file, variables }).config.conditions)
}
