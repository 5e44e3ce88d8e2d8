import { Command } from 'commander'
import { type MemberTurnover, membersOf } from '../../history/queries/members.ts'
import { shortDuration } from '../../terminal/clock.ts'
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

interface MembersOptions extends StoreOptions, TimesOptions {}

export function membersCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('members')
    .summary('which members of a group come and go, and how often')
    .argument('<group>', 'the group id')
    .action(async (group: string, options: MembersOptions) => finish(await members(shell, group, options)))
  return question(addTimes(command, '24h'), '  koff history members billing --since 2h')
}

async function members(shell: Shell, group: string, options: MembersOptions): Promise<number> {
  const now = Date.now()
  const { since: from = now - 86_400_000, until: to = now } = options
  await using asked = await ask(shell, options)
  const { reader, cluster } = asked
  const partition = await knownGroup(asked, group)
  await show(shell, asked, await membersOf(reader, { cluster, group, from, to }), columns())
  return await noteCoverage(shell, asked, { knows: 'owners', from, to, partition })
}

function columns(): readonly Column<MemberTurnover>[] {
  return [
    { head: 'CLIENT', text: ({ clientId }) => clientId, gives: 'name' },
    { head: 'INSTANCE', text: ({ instanceId }) => instanceId ?? '', gives: 'name' },
    { head: 'HOST', text: ({ host }) => host },
    { head: 'JOINED', align: 'right', text: ({ joined }) => String(joined) },
    { head: 'LEFT', align: 'right', text: ({ left }) => String(left) },
    { head: 'THERE', align: 'right', text: ({ present }) => String(present) },
    { head: 'MEAN STAY', text: ({ meanStayMs }) => (meanStayMs === null ? '' : shortDuration(meanStayMs)) },
    { head: timeHead('LAST LEFT'), text: ({ lastLeft }) => timeText(lastLeft) },
  ]
}
