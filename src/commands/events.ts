import { Command } from 'commander'
import {
  addConnectionOptions,
  brokerOptions,
  type ConnectionFlags,
  configOf,
  connectionHelp,
} from '../app/connection.ts'
import { addEventOptions, type EventOptions, groupFilter, groupNameFilter, typesOf } from '../app/eventOptions.ts'
import { openSampler } from '../app/samples/sampler.ts'
import { conditionSettings } from '../config/conditionSettings.ts'
import { Fold } from '../engine/fold.ts'
import { addOutputOptions, type OutputFlags } from '../terminal/output.ts'
import { catchUpProgress } from '../terminal/progress.ts'
import { interruptionCode, noteLog, type Shell } from '../terminal/shell.ts'
import { deliver } from './deliver.ts'
import { eventSink } from './eventSink.ts'

interface EventsOptions extends EventOptions, ConnectionFlags, OutputFlags {
  readonly untilEnd?: true
}

export function eventsCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('events')
    .summary('events as they come')
    .description(
      'Prints the events of the groups of a running cluster. Writes nothing to Kafka and needs no other server.',
    )
    .option('--until-end', 'end where the log ended at the start, instead of following it')
    .action(async (options: EventsOptions) => finish(await events(shell, options)))
  return addConnectionOptions(addEventOptions(addOutputOptions(command))).addHelpText(
    'after',
    `${connectionHelp}

What was there before is read first and makes one group-snapshot for each group; events follow.

Examples:
  koff events --brokers kafka-1:9092
  koff events --group 'orders-*' --event default --event offset-committed
  koff events --json --without-event group-snapshot | jq -r 'select(.severity != "info") | .id'`,
  )
}

async function events(shell: Shell, options: EventsOptions): Promise<number> {
  const { kafka, name, conditions } = (await configOf(shell, options)).config
  const groups = { include: options.group ?? ['*'], exclude: [], name }
  const { openKafkaSource } = await import('../sources/kafka/source.ts')
  await using source = await openKafkaSource({
    ...brokerOptions(kafka),
    untilEnd: options.untilEnd === true,
    beginWithinMs: kafka.connectTimeoutMs,
    log: noteLog(shell),
    signal: shell.signal,
  })
  using progress = catchUpProgress(source, shell)
  const fold = new Fold({
    cluster: source.cluster,
    history: 'until-start',
    types: typesOf(options),
    snapshot: options.snapshot,
    conditions: conditionSettings(conditions),
  })
  await using sampler = await openSampler({
    kafka,
    conditions,
    fold,
    wants: groupNameFilter(groups),
    log: noteLog(shell),
  })
  await using sink = eventSink(shell, options)
  await deliver({
    source: sampler.around(progress.source),
    fold,
    sinks: [sink],
    signal: AbortSignal.any([shell.signal, sink.closed]),
    accept: groupFilter(groups),
  })
  return interruptionCode(shell)
}
