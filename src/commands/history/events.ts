import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { collect } from '../../app/eventOptions.ts'
import { KoffError } from '../../base/errors.ts'
import { checkSelector, typesSelected } from '../../config/eventPatterns.ts'
import { groupTypes, type KoffEvent, severities } from '../../events/envelope.ts'
import { type EventsQuestion, eventById, eventsAfter, eventsPage, lastSequence } from '../../history/queries/events.ts'
import { choice, parseLimit } from '../../terminal/output.ts'
import { interruptionCode, type Shell } from '../../terminal/shell.ts'
import { usage } from '../../terminal/usage.ts'
import { eventSink } from '../eventSink.ts'
import { parsePartition } from './owner.ts'
import { type Asked, addTimes, ask, noteCoverage, question, type StoreOptions, type TimesOptions } from './store.ts'

interface EventsOptions
  extends StoreOptions,
    TimesOptions,
    Pick<EventsQuestion, 'kind' | 'severity' | 'topic' | 'partition' | 'member' | 'instance' | 'client' | 'host'> {
  readonly group?: readonly string[]
  readonly event?: readonly string[]
  readonly last?: number
  readonly follow?: true
  readonly id?: string
}

export function eventsCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('events')
    .summary('what happened, by any column')
    .description('Prints events of the history, the oldest first.')
    .option('--last <n>', 'only the newest ones, at most so many', parseLimit('--last'))
    .option('--follow', 'go on with what is written from now on')
    .option('--id <id>', 'only the event with this id')
    .option('--group <pattern>', 'only such groups; * and ? as in a shell; may be repeated', collect)
    .option('--kind <kind>', `only groups of this kind: ${groupTypes.join(', ')}`, choice('--kind', groupTypes))
    .option('--event <selector>', 'only these: a type, offset-* for several, a severity; may be repeated', selector)
    .option('--severity <severity>', 'this one and worse: info, warn, error', choice('--severity', severities))
    .option('--topic <topic>', 'only about this topic')
    .option('--partition <n>', 'only about this partition of it', parsePartition)
    .option('--member <id>', 'only about this member')
    .option('--instance <id>', 'only about the static member with this instance id')
    .option('--client <id>', 'only about members with this client id')
    .option('--host <host>', 'only about members on this host')
    .action(async (options: EventsOptions) => finish(await events(shell, options)))
  return question(
    addTimes(command, 'the beginning'),
    "  koff history events --since 15m --severity warn\n  koff history events --last 50 --group 'orders-*'\n  koff history events --topic orders --partition 3 --event 'offset-*' --since 'yesterday 16:12'",
  )
}

async function events(shell: Shell, options: EventsOptions): Promise<number> {
  const { since, until, last, follow, event, group, kind, severity, topic, partition } = options
  const { member, instance, client, host, output, ...flags } = options
  await using asked = await ask(shell, options)
  const { reader, cluster } = asked
  const filter: EventsQuestion = {
    cluster,
    groups: group,
    kind,
    types: event === undefined ? undefined : [...typesSelected(event)],
    severity,
    topic,
    partition,
    member,
    instance,
    client,
    host,
  }
  const place = follow === true ? await lastSequence(reader) : 0
  await using sink = eventSink(shell, output === undefined || output === 'reset-csv' ? flags : { ...flags, output })
  const signal = AbortSignal.any([shell.signal, sink.closed])
  await sink.open(signal)
  const write = (found: readonly KoffEvent[]) => (found.length === 0 ? undefined : sink.write(found, signal))
  if (options.id !== undefined) {
    const found = await eventById(reader, cluster, options.id)
    if (found === null) throw new KoffError('INPUT_UNREADABLE', `no event ${JSON.stringify(options.id)} in the history`)
    await write([found.event])
    return 0
  }
  const times = { from: since, to: until }
  if (last !== undefined) await write(await newest(asked, { ...filter, ...times }, last))
  else for await (const page of pages(asked, { ...filter, ...times })) await write(page)
  if (follow !== true) {
    if (since === undefined) return interruptionCode(shell)
    return await noteCoverage(shell, asked, {
      knows: 'events',
      from: since,
      to: until ?? Date.now(),
      types: filter.types,
    })
  }
  for (let after = place; !signal.aborted; ) {
    const found = await eventsAfter(reader, after, filter)
    await write(found.map(({ event: one }) => one))
    after = found.at(-1)?.sequence ?? after
    if (found.length === 0) await sleep(followEveryMs, undefined, { signal }).catch(() => undefined)
  }
  return interruptionCode(shell)
}

const followEveryMs = 500

async function* pages({ reader }: Asked, filter: EventsQuestion): AsyncGenerator<readonly KoffEvent[]> {
  let cursor: string | undefined
  do {
    const page = await eventsPage(reader, { ...filter, cursor })
    yield page.events.map(({ event }) => event)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
}

async function newest({ reader }: Asked, filter: EventsQuestion, count: number): Promise<readonly KoffEvent[]> {
  const found: KoffEvent[] = []
  let cursor: string | undefined
  do {
    const page = await eventsPage(reader, { ...filter, order: 'newest', cursor, limit: count - found.length })
    found.push(...page.events.map(({ event }) => event))
    cursor = page.next ?? undefined
  } while (cursor !== undefined && found.length < count)
  return found.reverse()
}

export function selector(value: string, previous: readonly string[] = []): string[] {
  const fault = checkSelector(value)
  if (fault !== undefined) throw usage(`--event: ${fault}`)
  return [...previous, value]
}
