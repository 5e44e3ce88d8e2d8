import { Command } from 'commander'
import { type MovedMember, type Rebalance, rebalancesOf } from '../../history/queries/rebalances.ts'
import { shortDuration } from '../../terminal/clock.ts'
import { parseLimit } from '../../terminal/output.ts'
import type { Shell } from '../../terminal/shell.ts'
import type { Column } from '../../terminal/table.ts'
import {
  addTimes,
  ask,
  knownGroup,
  noteCoverage,
  question,
  type StoreOptions,
  show,
  type TimesOptions,
  timeHead,
  timeText,
} from './store.ts'

interface RebalancesOptions extends StoreOptions, TimesOptions {
  readonly limit?: number
}

export function rebalancesCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('rebalances')
    .summary('the rebalances of a group: how long, who gained and lost what, who came and went')
    .argument('<group>', 'the group id')
    .option('--limit <n>', 'at most so many, the newest; 20 unless given', parseLimit('--limit'))
    .action(async (group: string, options: RebalancesOptions) => finish(await rebalances(shell, group, options)))
  return question(
    addTimes(command, 'the beginning'),
    '  koff history rebalances billing --since 2h\n  koff history rebalances billing --limit 1 -o json',
  )
}

async function rebalances(shell: Shell, group: string, options: RebalancesOptions): Promise<number> {
  const { since, until, limit = 20 } = options
  await using asked = await ask(shell, options)
  const { reader, cluster } = asked
  const partition = await knownGroup(asked, group)
  const found = await rebalancesOf(reader, { cluster, group, from: since, to: until, limit })
  await show(shell, asked, found, columns())
  if (since === undefined) return 0
  return await noteCoverage(shell, asked, {
    knows: 'events',
    from: since,
    to: until ?? Date.now(),
    partition,
    types: ['rebalance'],
  })
}

function columns(): readonly Column<Rebalance>[] {
  return [
    { head: timeHead('COMPLETED'), text: ({ time }) => timeText(time) },
    { head: 'TOOK', text: ({ durationMs }) => (durationMs === null ? '?' : shortDuration(durationMs)) },
    { head: 'EPOCH', text: ({ epochBefore, epochAfter }) => `${epochBefore ?? '?'} → ${epochAfter ?? '?'}` },
    { head: 'MEMBERS', align: 'right', text: ({ memberCount }) => String(memberCount) },
    { head: 'JOINED', text: ({ joined }) => whoText(joined), gives: 'words' },
    { head: 'LEFT', text: ({ left }) => whoText(left), gives: 'words' },
    { head: 'MOVED', text: changesText, gives: 'words' },
  ]
}

function whoText(members: readonly MovedMember[]): string {
  return members.map(({ clientId, memberId }) => clientId ?? memberId).join(', ')
}

function changesText({ changes, moved }: Rebalance): string {
  if (changes === null) return '?'
  const all = changes.map(
    ({ clientId, gained, lost }) => `${clientId}${partitionsText('+', gained)}${partitionsText('−', lost)}`,
  )
  return all.length === 0 ? 'nothing' : `${moved ?? 0}: ${all.join('; ')}`
}

type Partitions = NonNullable<Rebalance['changes']>[number]['gained']

function partitionsText(sign: string, partitions: Partitions): string {
  return partitions
    .map(of => ` ${sign}${of.topic ?? of.topicId ?? of.subtopology ?? '?'} ${of.partitions.join(',')}`)
    .join('')
}
