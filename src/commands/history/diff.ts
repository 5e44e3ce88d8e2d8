import { Command } from 'commander'
import { timeOption } from '../../app/logPoint.ts'
import { type GroupDiff, groupDiff } from '../../history/queries/diff.ts'
import { groupsAt } from '../../history/queries/groupsAt.ts'
import { put, type Shell } from '../../terminal/shell.ts'
import { ask, knownGroup, noteCoverage, question, type StoreOptions, show } from './store.ts'

interface DiffOptions extends StoreOptions {
  readonly from: number
  readonly to: number
}

export function diffCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('diff')
    .summary('what of a group is other at the second of two times')
    .argument('<group>', 'the group id')
    .requiredOption('--from <time>', 'the first time', timeOption('--from'))
    .requiredOption('--to <time>', 'the second time', timeOption('--to'))
    .action(async (group: string, options: DiffOptions) => finish(await diff(shell, group, options)))
  return question(command, '  koff history diff billing --from 12:00 --to 12:10')
}

async function diff(shell: Shell, group: string, options: DiffOptions): Promise<number> {
  const { from, to } = options
  await using asked = await ask(shell, options)
  const { reader, cluster, view } = asked
  const partition = await knownGroup(asked, group)
  const [before] = (await groupsAt(reader, { cluster, group, at: from })).groups
  const [after] = (await groupsAt(reader, { cluster, group, at: to })).groups
  const found = groupDiff(group, before ?? null, after ?? null)
  if (view.format === 'json') await show(shell, asked, [found], [])
  else await put(shell.stdout, diffText(found))
  const codes = [from, to].map(at => noteCoverage(shell, asked, { knows: 'owners', from: at, to: at, partition }))
  return Math.max(...(await Promise.all(codes)))
}

function diffText({ fields, joined, left, moved, offsets }: GroupDiff): string {
  const owners = (ids: readonly string[]) => (ids.length === 0 ? 'nobody' : ids.join(', '))
  const lines = [
    ...Object.entries(fields).map(([name, { before, after }]) => `${name}: ${String(before)} → ${String(after)}`),
    ...joined.map(({ id, host }) => `joined: ${id} ${host}`),
    ...left.map(({ id, host }) => `left: ${id} ${host}`),
    ...moved.map(
      ({ topic, partition, before, after }) => `${topic}-${partition}: ${owners(before)} → ${owners(after)}`,
    ),
    ...offsets.map(
      ({ topic, partition, before, after }) =>
        `${topic}-${partition} committed: ${before ?? 'nothing'} → ${after ?? 'nothing'}`,
    ),
  ]
  return lines.length === 0 ? 'no difference\n' : lines.map(line => `${line}\n`).join('')
}
