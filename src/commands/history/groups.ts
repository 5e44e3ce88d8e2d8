import { Command } from 'commander'
import { collect } from '../../app/eventOptions.ts'
import { timeOption } from '../../app/logPoint.ts'
import { matchesGlob } from '../../config/glob.ts'
import { type GroupAt, groupsAt } from '../../history/queries/groupsAt.ts'
import { parseLimit } from '../../terminal/output.ts'
import type { Shell } from '../../terminal/shell.ts'
import type { Column } from '../../terminal/table.ts'
import { ask, noteCoverage, question, type StoreOptions, show } from './store.ts'

interface GroupsOptions extends StoreOptions {
  readonly at: number
  readonly group?: readonly string[]
  readonly limit?: number
}

export function groupsCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('groups')
    .summary('every group as it stood at a time')
    .description('Prints the groups as they stood at a time, as koff groups prints those of a cluster.')
    .requiredOption('--at <time>', 'when: 15m (ago), 16:12, yesterday 16:12, 2026-11-24T12:03Z, …', timeOption('--at'))
    .option('--group <pattern>', 'only such groups; * and ? as in a shell; may be repeated', collect)
    .option('--limit <n>', 'at most so many', parseLimit('--limit'))
    .action(async (options: GroupsOptions) => finish(await groups(shell, options)))
  return question(
    command,
    "  koff history groups --at 'yesterday 16:12'\n  koff history groups --at 15m --group 'orders-*' -o json",
  )
}

async function groups(shell: Shell, options: GroupsOptions): Promise<number> {
  const { at, group: patterns = ['*'], limit = Number.POSITIVE_INFINITY } = options
  await using asked = await ask(shell, options)
  const { reader, cluster } = asked
  const found: GroupAt[] = []
  let after: string | undefined
  do {
    const page = await groupsAt(reader, { cluster, at, after })
    found.push(...page.groups.filter(({ group }) => patterns.some(pattern => matchesGlob(pattern, group))))
    after = page.next ?? undefined
  } while (after !== undefined && found.length < limit)
  const chosen = found.slice(0, limit)
  if (asked.view.format === 'json') await show(shell, asked, chosen.map(lineOf), [])
  else await show(shell, asked, chosen, columns)
  return await noteCoverage(shell, asked, { knows: 'owners', from: at, to: at })
}

/** As `koff groups` prints it. */
export function lineOf({ points: _points, sourcePartition: _partition, ...view }: GroupAt): unknown {
  return view
}

const columns: readonly Column<GroupAt>[] = [
  { head: 'GROUP', text: ({ group }) => group, gives: 'name' },
  { head: 'KIND', text: ({ groupType }) => groupType },
  { head: 'STATE', text: ({ state }) => state },
  { head: 'MEMBERS', align: 'right', text: ({ members }) => String(members.length) },
  { head: 'PARTITIONS', align: 'right', text: ({ points }) => String(points.length) },
  { head: 'LAG', align: 'right', text: ({ points }) => lagText(points) },
]

function lagText(points: GroupAt['points']): string {
  const known = points.flatMap(({ lag }) => lag ?? [])
  return known.length === 0 ? '?' : String(known.reduce((sum, lag) => sum + lag, 0))
}
