import { Command, Option } from 'commander'
import { openClusterLog } from '../app/clusterLog.ts'
import { addConnectionOptions, addSettings, type ConnectionFlags, configOf, connectionHelp } from '../app/connection.ts'
import { endingAt } from '../app/endingAt.ts'
import { addEventOptions, type EventOptions, eventFilter, groupNameFilter, typesOf } from '../app/eventOptions.ts'
import { timeOption } from '../app/logPoint.ts'
import { type LookedBack, lookBack } from '../app/lookBack.ts'
import { conditionSettings } from '../config/conditionSettings.ts'
import type { Config } from '../config/schema.ts'
import { connectionSettings, nameSettings } from '../config/settings.ts'
import { Fold } from '../engine/fold.ts'
import type { Sink } from '../engine/sink.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { localTime, shortTime, zoneText } from '../terminal/clock.ts'
import { addOutputOptions, type OutputFlags, parseLimit, viewOf } from '../terminal/output.ts'
import { interruptionCode, isTerminal, note, type Shell } from '../terminal/shell.ts'
import { usage } from '../terminal/usage.ts'
import { count } from '../terminal/words.ts'
import { deliver } from './deliver.ts'
import { eventSink } from './eventSink.ts'
import { inOrderOfTime } from './inOrderOfTime.ts'
import { NOT_KNOWN, noteCut } from './knownTimes.ts'

interface EventsOptions extends EventOptions, ConnectionFlags, OutputFlags {
  readonly since?: number
  readonly until?: number
  readonly tail?: number
  /** False with `--no-follow`. */
  readonly follow: boolean
  readonly untilEnd?: true
}

export function eventsCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('events')
    .summary('events as they come, and those that the log still shows')
    .description(
      'Prints what happens to the groups of a running cluster, and with --since or --tail what happened, as far as the log shows it. Writes nothing to Kafka and needs nothing else.',
    )
    .option('--since <time>', 'also what happened since then: 15m, 16:12, yesterday 16:12', timeOption('--since'))
    .option('--until <time>', 'nothing after that; ends there', timeOption('--until', 'today'))
    .option('--tail <n>', 'also the last so many events of the log', parseLimit('--tail'))
    .option('--no-follow', 'end where the log ends now, instead of following it')
    .addOption(new Option('--until-end', 'the same as --no-follow').hideHelp())
    .action(async (options: EventsOptions) => finish(await events(shell, options)))
  addEventOptions(addOutputOptions(command))
  return addConnectionOptions(addSettings(command, nameSettings)).addHelpText(
    'after',
    `${connectionHelp}

Without --since and --tail, koff first reads the log to its end and prints one group-snapshot for each group. Then it
prints events as they come. With them, koff prints the events that the log still shows. Compaction removes older
records: where --since is earlier than the log reaches, koff prints from when it is complete, and with --no-follow exits
with ${NOT_KNOWN}.

For people, koff sorts lines of several partitions by time within one second; ↑ marks a line that came later than that.
Samples of log ends decide some conditions (offset-stalled, lag-exceeded and the like). The log does not contain these
samples, so koff prints such conditions only while it follows. koff conditions shows which are open now.

Examples:
  koff events --brokers kafka-1:9092
  koff events --since 15m --group 'orders-*' --severity warn
  koff events --since 10m --no-follow --event error --group payments
  koff events --tail 20 --event rebalance --topic orders
  koff events --since 16:12 --until 16:20 --member till-1
  koff events --json --without-event group-snapshot | jq -r 'select(.severity != "info") | .id'`,
  )
}

async function events(shell: Shell, options: EventsOptions): Promise<number> {
  const { since, until = Number.POSITIVE_INFINITY, tail } = options
  if (since !== undefined && since > until) throw usage('--since comes after --until: nothing lies between')
  const { config } = await configOf(shell, options, [...connectionSettings, ...nameSettings])
  const looksBack = since !== undefined || tail !== undefined
  const accept = eventFilter(options, config.name)
  const types = typesOf(options)
  const isForPeople = viewOf(shell, options).format !== 'json'
  // One line says that the log is read, in place of one for each partition.
  if (isForPeople && options.event === undefined) types.delete('koff-caught-up')
  const wants = groupNameFilter({ include: options.group ?? ['*'], exclude: [], name: config.name })
  const follows = options.follow && options.untilEnd !== true && until > Date.now()
  await using printed = eventSink(shell, options)
  const before = await lookBack({
    open: () => openClusterLog({ shell, config, wants, samples: !looksBack && !follows }),
    since: looksBack ? (since ?? Number.NEGATIVE_INFINITY) : Number.POSITIVE_INFINITY,
    until,
    types,
    snapshot: !looksBack && options.snapshot,
    accept,
    ...(tail === undefined ? {} : { last: tail }),
    conditions: conditionSettings(config.conditions),
    signal: shell.signal,
  })
  if (shell.signal.aborted) return interruptionCode(shell)
  if (looksBack) noteFrom(shell, before, since)
  if (looksBack && isForPeople && isAboutBad(options)) note(shell, sampledText)
  await printed.write(before.events, AbortSignal.any([shell.signal, printed.closed]))
  if (!follows) return since !== undefined && before.cut.length > 0 ? NOT_KNOWN : 0
  if (isForPeople || isTerminal(shell)) note(shell, caughtUpText(before, wants))
  const sink = isForPeople ? inOrderOfTime(printed) : printed
  await follow(shell, {
    config,
    before,
    wants,
    accept: event => event.time <= until && accept(event),
    sink,
    until,
    closed: printed.closed,
  })
  return interruptionCode(shell)
}

/** True where somebody looks for what is bad, and might take silence for an all-clear. */
function isAboutBad({ severity = 'info', event = [] }: EventsOptions): boolean {
  return (
    severity !== 'info' ||
    event.some(selector => ['warn', 'error', 'offset-stalled', 'lag-exceeded'].includes(selector))
  )
}

const sampledText =
  'conditions judged by samples (offset-stalled, lag-exceeded, offset-out-of-range, partition-unassigned) are not in the log: koff conditions has those that are open'

interface Following {
  readonly config: Config
  readonly before: LookedBack
  readonly wants: (group: string) => boolean
  readonly accept: (event: KoffEvent) => boolean
  readonly sink: Sink
  readonly until: number
  readonly closed: AbortSignal
}

/** Follows the log from where `lookBack` stopped reading, until the user interrupts or the time of `--until` has come. */
async function follow(shell: Shell, { config, before, wants, accept, sink, until, closed }: Following): Promise<void> {
  const { sampleEveryMs } = config.conditions
  const { positions } = before
  await using log = await openClusterLog({ shell, config, wants, follow: { sampleEveryMs, from: positions } })
  const { cluster } = log
  const { types } = before.fold
  // Without any partition the topic does not exist yet: a fold of its own says when each partition is caught up.
  const fold =
    positions.size > 0
      ? before.fold
      : new Fold({ cluster, history: 'until-start', types, conditions: conditionSettings(config.conditions) })
  const source = { ...(await log.read(fold)), cluster, [Symbol.asyncDispose]: () => log[Symbol.asyncDispose]() }
  using ends = endingAt(until)
  await using ordered = sink
  await deliver({
    source,
    fold,
    sinks: [ordered],
    signal: AbortSignal.any([shell.signal, closed, ends.signal]),
    accept,
  })
}

function noteFrom(shell: Shell, { cut, knownSince }: LookedBack, since: number | undefined): void {
  const now = Date.now()
  if (since === undefined) {
    const from = knownSince === null ? 'its beginning' : shortTime(knownSince, now)
    note(shell, `the log shows all since ${from} (times in ${zoneText(now)})`)
  } else if (cut.length === 0)
    note(shell, `events since ${localTime(since)?.slice(0, 19) ?? 'ever'} (${zoneText(since)})`)
  else noteCut(shell, cut, since)
}

function caughtUpText({ positions, fold }: LookedBack, wants: (group: string) => boolean): string {
  const now = Date.now()
  const partitions = positions.size
  const groups = fold.groups().filter(({ group }) => wants(group)).length
  if (partitions === 0) return '__consumer_offsets does not exist yet: following'
  return `caught up at ${shortTime(now, now)}: ${count(partitions, 'partition')} of __consumer_offsets, ${count(groups, 'group')}; following (Ctrl-C ends)`
}
