import { Command } from 'commander'
import { openClusterLog } from '../app/clusterLog.ts'
import { addConnectionOptions, type ConnectionFlags, configOf, connectionHelp } from '../app/connection.ts'
import { lookBack } from '../app/lookBack.ts'
import { nearest } from '../base/nearest.ts'
import { eventTypes } from '../events/definitions.ts'
import { eventLine } from '../events/ndjson.ts'
import { eventPage } from '../terminal/events/eventPage.ts'
import { addOutputOptions, type OutputFlags, viewOf } from '../terminal/output.ts'
import { interruptionCode, note, put, putJson, type Shell } from '../terminal/shell.ts'
import { usage } from '../terminal/usage.ts'
import { NOT_KNOWN, noteCut } from './knownTimes.ts'

interface EventCommandOptions extends ConnectionFlags, OutputFlags {}

export function eventCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('event')
    .summary('one event in full, by its id')
    .description('Shows all that an event says, by its id, as far as the log still shows it.')
    .argument('<id>', 'as koff events and koff group show it: 3-899-0')
    .action(async (id: string, options: EventCommandOptions) => finish(await showEvent(shell, id, options)))
  return addConnectionOptions(addOutputOptions(command)).addHelpText(
    'after',
    `${connectionHelp}

The id names the partition of __consumer_offsets and the record, so koff reads that partition alone. Where compaction
has taken the record koff says from when the log knows, and exits with ${NOT_KNOWN}. Events that are judged by samples
(offset-stalled and the like) are not in the log; a history has them: koff history events.

Examples:
  koff event 3-899-0
  koff event 3-899-0 -o json | jq .data.changes`,
  )
}

async function showEvent(shell: Shell, id: string, options: EventCommandOptions): Promise<number> {
  const [, partition, offset, rest = ''] = /^(\d{1,9})-(\d{1,16})-([a-z0-9-]+)$/.exec(id) ?? []
  if (partition === undefined || offset === undefined) {
    throw usage(`${JSON.stringify(id)} is no id of an event; one looks like 3-899-0`)
  }
  const { config } = await configOf(shell, options)
  const wants = () => false
  const { events, cut, positions } = await lookBack({
    open: () => openClusterLog({ shell, config, wants, samples: false, partitions: [Number(partition)] }),
    since: Number.NEGATIVE_INFINITY,
    types: new Set(eventTypes),
    accept: event => event.id === id,
    signal: shell.signal,
  })
  if (shell.signal.aborted) return interruptionCode(shell)
  const [event] = events
  if (event !== undefined) {
    const view = viewOf(shell, options)
    if (view.format === 'json') await putJson(shell.stdout, eventLine(event))
    else await put(shell.stdout, eventPage(event, view))
    return 0
  }
  const from = cut[0]?.offset ?? null
  if (cut.length > 0 && (from === null || Number(offset) <= from)) {
    noteCut(shell, cut, null)
    return NOT_KNOWN
  }
  const end = positions.get(Number(partition))
  const type = nearest(rest.replace(/-\d+$/, ''), eventTypes)
  const why =
    end === undefined
      ? `__consumer_offsets has no partition ${partition}`
      : Number(offset) >= end
        ? `partition ${partition} ends at offset ${end}`
        : type !== undefined && rest.startsWith(type)
          ? 'events that are judged by samples are not in the log; koff history events has those of a history'
          : `the record at offset ${offset} made no event of that number`
  note(shell, `no such event: ${id}; ${why}`)
  return 1
}
