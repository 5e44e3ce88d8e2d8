import { Command } from 'commander'
import { addEventOptions, type EventOptions, groupFilter, groupNameFilter, typesOf } from '../app/eventOptions.ts'
import { timeOption } from '../app/logPoint.ts'
import { ranges } from '../base/ranges.ts'
import { conditionSettings } from '../config/conditionSettings.ts'
import { Fold } from '../engine/fold.ts'
import { MissingRecords, type PartLog, type PartLogs } from '../engine/missingRecords.ts'
import type { Source } from '../engine/source.ts'
import { openFiles } from '../sources/openFiles.ts'
import { refuseRepeats } from '../sources/refuseRepeats.ts'
import { defaultConditionSettings, type SettingsOf } from '../state/conditions/settings.ts'
import { addOutputOptions, type OutputFlags } from '../terminal/output.ts'
import { fileProgress } from '../terminal/progress.ts'
import { interruptionCode, note, type Shell } from '../terminal/shell.ts'
import { deliver } from './deliver.ts'
import { eventSink } from './eventSink.ts'

interface ReplayOptions extends EventOptions, OutputFlags {
  readonly liveFrom?: number
  readonly cluster: string
  readonly config?: string
  readonly history?: string
}

export function replayCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('replay')
    .summary('the same events again, from files')
    .description('Reads recordings or segments as if they were live and prints the events.')
    .argument('<file...>', 'recordings (- for standard input), segments (.log), directories of segments')
    .option(
      '--live-from <time>',
      'what came earlier is history and makes no events: milliseconds, or 2026-11-24T12:00Z',
      timeOption('--live-from'),
    )
    .option('--cluster <id>', "the cluster's id for the events; no file tells it", '')
    .option('-c, --config <file>', 'the configuration to take `conditions` from, when those over time open')
    .option('--history <store>', 'put everything into this history, made where it is missing, and print no events')
    .action(async (files: string[], options: ReplayOptions) => finish(await replay(shell, files, options)))
  return addEventOptions(addOutputOptions(command)).addHelpText(
    'after',
    `
The same files give the same events with the same ids, every time.

Files are read as if there had been nothing before their first record. So where a log begins after offset 0 or has gaps
(a recording that was started later, a log after compaction or retention), groups that were there before show as new:
group-created, rebalance from epoch 0, member-joined. Standard error says so at the end. With --live-from, what each
partition holds before that time is history: it builds state, ends with one group-snapshot for each group, and what
follows is compared with it.

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
  const missing = new MissingRecords(liveFrom)
  const fold = { cluster, history, types: typesOf(options), snapshot, conditions } as const
  const groups = { include: group, exclude: [] }
  const read = { source: watched(source, missing) }
  if (options.history === undefined) {
    await using sink = eventSink(shell, options)
    const signal = AbortSignal.any([shell.signal, sink.closed])
    await deliver({ ...read, accept: groupFilter(groups), fold: new Fold(fold), sinks: [sink], signal })
  } else {
    const { openHistory } = await import('../history/openHistory.ts')
    const { fillHistory } = await import('../history/fill.ts')
    await using store = await openHistory(options.history)
    const { signal } = shell
    const tracking = new Fold({ ...fold, tracksChanges: true })
    const { events } = await fillHistory({
      ...read,
      wants: groupNameFilter(groups),
      fold: tracking,
      cluster,
      store,
      liveFrom,
      signal,
    })
    progress.clear()
    note(shell, `${store.name}: ${events} new events`)
  }
  progress.clear()
  noteMissing(shell, missing.logs())
  return interruptionCode(shell)
}

function watched(source: Source, missing: MissingRecords): Source {
  return {
    cluster: source.cluster,
    async *chunks(signal) {
      for await (const inputs of source.chunks(signal)) {
        for (const input of inputs) if (input.kind === 'batch') missing.take(input.batch)
        yield inputs
      }
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}

function noteMissing(shell: Shell, { history, news }: PartLogs): void {
  if (history.length > 0) {
    const means = 'that part is history, and what it still holds makes the state that news are compared with'
    note(shell, `records are missing before --live-from: ${missingText(history)}; ${means}`)
  }
  if (news.length === 0) return
  const means =
    'groups that were there before show as new (group-created, rebalance from epoch 0), and of what happened in a gap at most the net effect shows'
  note(shell, `records are missing: ${missingText(news)}; ${means}`)
  const cure =
    'makes what each partition holds before that time history, which makes no events but one group-snapshot a group'
  note(shell, `--live-from TIME ${cure}`)
}

function missingText(logs: readonly PartLog[]): string {
  const late = logs.filter(({ beginsAt }) => beginsAt !== null)
  const gapped = logs.filter(({ gaps }) => gaps > 0)
  const partitions = (which: readonly PartLog[]) =>
    `partition${which.length === 1 ? '' : 's'} ${ranges(which.map(({ partition }) => partition))}`
  const begin = late.length === 0 ? [] : [`the log begins after offset 0 in ${partitions(late)}`]
  const gaps = gapped.reduce((sum, log) => sum + log.gaps, 0)
  const gap = gapped.length === 0 ? [] : [`${gaps} gap${gaps === 1 ? '' : 's'} in ${partitions(gapped)}`]
  return [...begin, ...gap].join(', ')
}

async function conditionsOf({ variables }: Shell, { config: file }: ReplayOptions): Promise<SettingsOf> {
  if (file === undefined) return () => defaultConditionSettings
  const { loadConfig } = await import('../config/load.ts')
  return conditionSettings(loadConfig({ file, variables }).config.conditions)
}
