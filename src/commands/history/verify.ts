import { Command } from 'commander'
import { cleanEvents } from '../../app/cleanEvents.ts'
import { addConnectionOptions, type ConnectionFlags, configOf } from '../../app/connection.ts'
import { importEvents } from '../../history/import/importEvents.ts'
import { openHistory } from '../../history/openHistory.ts'
import { type Difference, verify } from '../../history/verify.ts'
import { interruptionCode, note, type Shell } from '../../terminal/shell.ts'
import type { Column } from '../../terminal/table.ts'
import { topicOf } from './cleanTopic.ts'
import { addStoreOptions, ask, placeOf, question, type StoreOptions, show, timeHead, timeText } from './store.ts'

interface TopicOptions extends StoreOptions, ConnectionFlags {
  readonly topic?: string
}

export function verifyCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('verify')
    .summary('compare the history with the clean topic, event by event')
    .description(
      'Reads the clean topic to its end and names each event that the history misses, has beside it, or has with other content. The exit code is 1 where there is one.',
    )
    .option('--topic <topic>', "the clean topic; the configuration's unless given")
    .action(async (options: TopicOptions) => finish(await verifyTopic(shell, options)))
  return question(addConnectionOptions(command), '  koff history verify -c koff.yaml')
}

async function verifyTopic(shell: Shell, options: TopicOptions): Promise<number> {
  const source = await topicOf(await configOf(shell, options), options.topic)
  await using asked = await ask(shell, options)
  const { reader, cluster } = asked
  const events = cleanEvents({ ...source, isCut: () => undefined, signal: shell.signal })
  const found: Difference[] = []
  const differences = verify({ events, reader, cluster })
  let step = await differences.next()
  for (; step.done !== true; step = await differences.next()) found.push(step.value)
  if (shell.signal.aborted) return interruptionCode(shell)
  await show(shell, asked, found, columns())
  note(shell, `${step.value.compared} events of ${source.topic} compared, ${found.length} differ`)
  return found.length === 0 ? 0 : 1
}

function columns(): readonly Column<Difference>[] {
  return [
    { head: 'FAULT', text: ({ fault }) => fault },
    { head: 'ID', text: ({ id }) => id },
    { head: timeHead('TIME'), text: ({ time }) => timeText(time) },
    { head: 'TYPE', text: ({ type }) => type },
    { head: 'GROUP', text: ({ group }) => group, gives: 'name' },
  ]
}

export function importCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('import')
    .summary('fill a history from a clean topic')
    .description(
      'Reads the clean topic to its end into the history: events, and from them members and owners. Committed offsets are in no event but offset-committed. A repeat changes nothing.',
    )
    .option('--topic <topic>', "the clean topic; the configuration's unless given")
    .action(async (options: TopicOptions) => finish(await importTopic(shell, options)))
  return addStoreOptions(addConnectionOptions(command)).addHelpText(
    'after',
    `
Example:
  koff history import --topic koff.events --brokers kafka-1:9092 --history history.db`,
  )
}

async function importTopic(shell: Shell, options: TopicOptions): Promise<number> {
  const source = await topicOf(await configOf(shell, options), options.topic)
  await using store = await openHistory(placeOf(shell, options))
  let isWhole = true
  const { signal } = shell
  const events = cleanEvents({ ...source, isCut: () => (isWhole = false), signal })
  const written = await importEvents({ events, store, isWhole: () => isWhole, signal })
  note(shell, `${store.name}: ${written.events} new events`)
  return interruptionCode(shell)
}
