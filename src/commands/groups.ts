import { Command } from 'commander'
import {
  addConnectionOptions,
  brokerOptions,
  type ConnectionFlags,
  configOf,
  connectionFlagIn,
  connectionHelp,
} from '../app/connection.ts'
import { collect, groupNameFilter } from '../app/eventOptions.ts'
import { timeOption } from '../app/logPoint.ts'
import { openSampler, type Sampler } from '../app/sampler.ts'
import { matchesGlob } from '../config/glob.ts'
import { withInt64 } from '../coordinator/jsonValue.ts'
import { Fold } from '../engine/fold.ts'
import { KnownSince } from '../engine/knownSince.ts'
import type { Source } from '../engine/source.ts'
import { apply } from '../pipeline/apply.ts'
import { openFiles } from '../sources/openFiles.ts'
import { refuseRepeats } from '../sources/refuseRepeats.ts'
import type { Input } from '../state/input.ts'
import { addOutputOptions, type OutputFlags } from '../terminal/output.ts'
import { catchUpProgress, fileProgress } from '../terminal/progress.ts'
import { interruptionCode, noteLog, putJson, type Shell } from '../terminal/shell.ts'
import { usage } from '../terminal/usage.ts'
import { NOT_KNOWN, noteUnknown } from './knownTimes.ts'

interface GroupsOptions extends ConnectionFlags, OutputFlags {
  readonly at?: number
  readonly group?: readonly string[]
}

export function groupsCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('groups')
    .summary('every group as it is, or was')
    .description('Prints the state of every group, one JSON object a line: epoch, members, assignments, offsets.')
    .argument(
      '[file...]',
      'recordings (- for standard input), segments (.log), directories of segments; else a cluster',
    )
    .option('--at <time>', 'as it stood then: milliseconds, or 2026-11-24T12:03Z', timeOption('--at'))
    .option('--group <pattern>', 'only this group; * and ? as in a shell; may be repeated', collect)
    .action(async (files: string[], options: GroupsOptions) => finish(await groups(shell, files, options)))
  return addConnectionOptions(addOutputOptions(command)).addHelpText(
    'after',
    `${connectionHelp}

A log that compaction or retention has cut does not know every time. Where --at is before the time from which it knows,
koff prints what the log still holds, says on standard error from when each partition knows, and exits with ${NOT_KNOWN}.

Examples:
  koff groups --brokers kafka-1:9092
  koff groups --at 2026-11-24T12:03Z --group billing recording.ndjson.gz | jq .members`,
  )
}

async function groups(shell: Shell, files: readonly string[], options: GroupsOptions): Promise<number> {
  const { at = Number.POSITIVE_INFINITY, group = ['*'] } = options
  const flag = connectionFlagIn(options)
  if (files.length > 0 && flag !== undefined) throw usage(`groups: ${flag} is for a cluster, and files are given`)
  using progress = fileProgress(shell)
  await using opened =
    files.length > 0
      ? refuseRepeats(await openFiles(files, { stdin: shell.stdin, progress: progress.at }))
      : await openCluster(shell, options)
  using catchUp = catchUpProgress(opened, shell)
  const fold = new Fold({ cluster: opened.cluster, history: 'none', types: new Set() })
  await using sampler = files.length > 0 ? null : await samplerOf(shell, options, fold)
  const source = sampler === null ? catchUp.source : sampler.around(catchUp.source)
  const known = Number.isFinite(at) ? new KnownSince() : null
  for await (const inputs of source.chunks(shell.signal)) {
    for (const input of inputs) {
      known?.take(input)
      if (!isLater(input, at)) apply(fold, input)
    }
  }
  if (shell.signal.aborted) return interruptionCode(shell)
  progress.clear()
  catchUp.clear()
  const views = fold.groups().filter(view => group.some(pattern => matchesGlob(pattern, view.group)))
  for (const view of views) await putJson(shell.stdout, `${JSON.stringify(view, withInt64)}\n`)
  const cut = known?.unknownAt(at) ?? []
  noteUnknown(shell, cut, at)
  return cut.length > 0 ? NOT_KNOWN : 0
}

/** Where logs end is asked for once, at the end. */
async function samplerOf(shell: Shell, options: GroupsOptions, fold: Fold): Promise<Sampler> {
  const { kafka, conditions } = (await configOf(shell, options)).config
  const { group = ['*'] } = options
  const wants = groupNameFilter({ include: group, exclude: [] })
  return openSampler({ kafka, conditions: { ...conditions, sampleEveryMs: longMs }, fold, wants })
}

const longMs = 2 ** 31 - 1

async function openCluster(shell: Shell, options: GroupsOptions): Promise<Source> {
  const { kafka } = (await configOf(shell, options)).config
  const { openKafkaSource } = await import('../sources/kafka/source.ts')
  return openKafkaSource({
    ...brokerOptions(kafka),
    untilEnd: true,
    log: noteLog(shell),
    signal: shell.signal,
  })
}

/** A batch is one operation, and happened as a whole. What topics are called is true at any time. */
function isLater(input: Input, at: number): boolean {
  if (input.kind === 'batch') return input.batch.maxTimestamp > at
  return 'timestamp' in input && input.timestamp > at
}
