import { Command } from 'commander'
import { collect } from '../../app/eventOptions.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { eventsPage } from '../../history/queries/events.ts'
import type { Shell } from '../../terminal/shell.ts'
import type { Column } from '../../terminal/table.ts'
import {
  addTimes,
  ask,
  noteCoverage,
  question,
  type StoreOptions,
  show,
  type TimesOptions,
  timeHead,
  timeText,
} from './store.ts'

interface ResetsOptions extends StoreOptions, TimesOptions {
  readonly group?: readonly string[]
  readonly rewound?: true
}

export function resetsCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('resets')
    .summary('which offsets were moved, from what to what')
    .description(
      'Prints offsets that were moved while no member was there (offset-reset), and of groups that never have members those that were moved back (offset-rewound).',
    )
    .option('--rewound', 'also offsets that members moved back')
    .option('--group <pattern>', 'only such groups; * and ? as in a shell; may be repeated', collect)
    .action(async (options: ResetsOptions) => finish(await resets(shell, options)))
  return question(addTimes(command, '24h'), "  koff history resets --since 'yesterday 18:00'")
}

/** An offset that was moved. */
interface Reset {
  readonly id: string
  readonly time: number
  readonly type: string
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly from: number | bigint
  readonly to: number | bigint
}

async function resets(shell: Shell, options: ResetsOptions): Promise<number> {
  const now = Date.now()
  const { since = now - 86_400_000, until = now, group: groups } = options
  await using asked = await ask(shell, options)
  const { reader, cluster } = asked
  const filter = { cluster, groups, types: ['offset-reset', 'offset-rewound'], from: since, to: until } as const
  const found: Reset[] = []
  let cursor: string | undefined
  do {
    const page = await eventsPage(reader, { ...filter, cursor })
    const wanted = page.events.filter(({ event }) => isReset(event) || options.rewound === true)
    found.push(...wanted.flatMap(({ event }) => resetOf(event)))
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  await show(shell, asked, found, columns())
  return await noteCoverage(shell, asked, { knows: 'events', from: since, to: until, types: filter.types })
}

/** Members of a group move back for reasons of their own; a group without members is moved by a person or program. */
function isReset({ type, groupType }: KoffEvent): boolean {
  return type === 'offset-reset' || groupType === 'simple'
}

function resetOf(event: KoffEvent): readonly Reset[] {
  if (event.type !== 'offset-reset' && event.type !== 'offset-rewound') return []
  const { id, time, type, group } = event
  const { topic, partition, from, to } = event.data
  return [{ id, time, type, group, topic, partition, from, to }]
}

function columns(): readonly Column<Reset>[] {
  return [
    { head: timeHead('TIME'), text: ({ time }) => timeText(time) },
    { head: 'GROUP', text: ({ group }) => group, gives: 'name' },
    { head: 'TOPIC', text: ({ topic }) => topic, gives: 'name' },
    { head: 'PARTITION', tight: { head: 'P' }, align: 'right', text: ({ partition }) => String(partition) },
    { head: 'FROM', align: 'right', text: ({ from }) => String(from) },
    { head: 'TO', align: 'right', text: ({ to }) => String(to) },
    { head: 'EVENT', text: ({ type }) => type },
  ]
}
