import { Command } from 'commander'
import { openClusterLog } from '../app/clusterLog.ts'
import { addConnectionOptions, addSettings, configOf, connectionFlagIn, connectionHelp } from '../app/connection.ts'
import { collect, groupNameFilter } from '../app/eventOptions.ts'
import { timeOption } from '../app/logPoint.ts'
import { isLater } from '../app/lookBack.ts'
import { openConditionsOf } from '../app/stateTopic.ts'
import { connectionSettings, nameSettings } from '../config/settings.ts'
import { Fold } from '../engine/fold.ts'
import { type CutLog, KnownSince } from '../engine/knownSince.ts'
import type { Source } from '../engine/source.ts'
import { apply } from '../pipeline/apply.ts'
import { openFiles } from '../sources/openFiles.ts'
import { refuseRepeats } from '../sources/refuseRepeats.ts'
import { groupOrders } from '../terminal/groups/groupTable.ts'
import { addListOptions, addOutputOptions } from '../terminal/output.ts'
import { fileProgress } from '../terminal/progress.ts'
import { interruptionCode, type Shell } from '../terminal/shell.ts'
import { usage } from '../terminal/usage.ts'
import { type GroupsOptions, putGroups, type ReadGroups } from './groupLines.ts'
import { NOT_KNOWN, noteUnknown } from './knownTimes.ts'
import { watchGroups } from './watchGroups.ts'

export function groupsCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('groups')
    .summary('every group now, or at a time')
    .description(
      'Lists the groups: kind, state, members, partitions, lag, last rebalance and open conditions, the worst first. As JSON it has the whole state of each group.',
    )
    .argument(
      '[file...]',
      'recordings (- for standard input), segments (.log), directories of segments; else a cluster',
    )
    .option('--at <time>', 'as of then: 15m, 16:12, yesterday 16:12, 2026-11-24T12:03', timeOption('--at'))
    .option('--group <pattern>', 'only this group; * and ? as in a shell; may be repeated', collect)
    .option('--all', "koff's own groups, too")
    .option('-w, --watch', 'refresh the list in place')
    .action(async (files: string[], options: GroupsOptions) => finish(await groups(shell, files, options)))
  addListOptions(addOutputOptions(command), groupOrders)
  return addConnectionOptions(addSettings(command, nameSettings)).addHelpText(
    'after',
    `${connectionHelp}

LAG counts records up to where the logs end now. CONDITIONS shows the open conditions that koff run stored in
the state topic of --name: - if none is open, ? if koff cannot read such a topic. koff conditions says what to do.

A log that compaction or retention has cut does not know every time. Where --at is before the time from which it knows,
koff prints what the log still holds, says on standard error from when each partition knows, and exits with ${NOT_KNOWN}.

Examples:
  koff groups --brokers kafka-1:9092
  koff groups --sort lag --limit 10
  koff groups --group 'orders-*' --watch
  koff groups --at 15m -o json
  koff groups --at 2026-11-24T12:03Z --group billing -o json recording.ndjson.gz | jq .members`,
  )
}

async function groups(shell: Shell, files: readonly string[], options: GroupsOptions): Promise<number> {
  const flag = connectionFlagIn(options)
  if (files.length > 0 && flag !== undefined) throw usage(`groups: ${flag} is for a cluster, but files are given`)
  if (options.watch === true) {
    const other = files.length > 0 ? 'a file' : options.at === undefined ? null : '--at'
    if (other !== null) throw usage(`groups: --watch follows a cluster, but ${other} is given`)
    return watchGroups(shell, options)
  }
  const { views, cut, conditions } =
    files.length > 0 ? await groupsOfFiles(shell, files, options) : await groupsOfCluster(shell, options)
  if (shell.signal.aborted) return interruptionCode(shell)
  await putGroups(shell, { views, conditions }, options)
  const { at = Number.POSITIVE_INFINITY } = options
  noteUnknown(shell, cut, at)
  return cut.length > 0 ? NOT_KNOWN : 0
}

async function groupsOfFiles(shell: Shell, files: readonly string[], options: GroupsOptions): Promise<ReadGroups> {
  using progress = fileProgress(shell)
  await using source = refuseRepeats(await openFiles(files, { stdin: shell.stdin, progress: progress.at }))
  const fold = new Fold({ cluster: source.cluster, history: 'none', types: new Set() })
  const cut = await readTo(shell, { source, fold, at: options.at })
  progress.clear()
  const { group: include = ['*'], all, name = 'koff' } = options
  const wants = groupNameFilter({ include, exclude: [], ...(all === true ? {} : { name: String(name) }) })
  return { views: fold.groups().filter(({ group }) => wants(group)), cut, conditions: null }
}

async function groupsOfCluster(shell: Shell, options: GroupsOptions): Promise<ReadGroups> {
  const { at, group: include = ['*'], all } = options
  const loaded = await configOf(shell, options, [...connectionSettings, ...nameSettings])
  const { config } = loaded
  const wants = groupNameFilter({ include, exclude: [], ...(all === true ? {} : { name: config.name }) })
  const fold = new Fold({ cluster: '', history: 'none', types: new Set() })
  // The log ends of that time are unknown.
  const reading = async () => {
    await using log = await openClusterLog({ shell, config, wants, samples: at === undefined })
    return await readTo(shell, { source: await log.read(fold), fold, at })
  }
  const [cut, conditions] = await Promise.all([reading(), at === undefined ? openConditionsOf(shell, loaded) : null])
  return { views: fold.groups().filter(({ group }) => wants(group)), cut, conditions }
}

interface Reading {
  readonly source: Pick<Source, 'chunks'>
  readonly fold: Fold
  readonly at: number | undefined
}

/** Applies everything up to that time. Returns the logs that do not know the state. */
async function readTo(shell: Shell, { source, fold, at }: Reading): Promise<readonly CutLog[]> {
  const known = at === undefined ? null : new KnownSince()
  for await (const inputs of source.chunks(shell.signal)) {
    for (const input of inputs) {
      known?.take(input)
      if (at === undefined || !isLater(input, at)) apply(fold, input)
    }
  }
  return at === undefined ? [] : (known?.unknownAt(at) ?? [])
}
