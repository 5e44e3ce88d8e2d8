import { Command } from 'commander'
import { parseTime } from '../../app/logPoint.ts'
import { withInt64 } from '../../coordinator/jsonValue.ts'
import { groupsAt } from '../../history/queries/groupsAt.ts'
import { putJson, type Shell } from '../../terminal/shell.ts'
import { addStoreOptions, ask, noteCoverage, type StoreOptions } from './store.ts'

interface GroupsOptions extends StoreOptions {
  readonly at: number
}

export function historyGroups(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('groups')
    .summary('every group as it stood at a time')
    .description('Prints the groups as they stood at a time, as koff groups prints those of a cluster.')
    .requiredOption('--at <time>', 'as it stood then', text => parseTime('--at', text))
    .action(async (options: GroupsOptions) => finish(await groups(shell, options)))
  return addStoreOptions(command).addHelpText(
    'after',
    `
Example:
  koff history groups --at 2026-11-24T12:03Z`,
  )
}

async function groups(shell: Shell, options: GroupsOptions): Promise<number> {
  const { at } = options
  await using asked = await ask(shell, options)
  const { reader, cluster } = asked
  let after: string | undefined
  do {
    const page = await groupsAt(reader, { cluster, at, after })
    for (const { points: _points, sourcePartition: _partition, ...view } of page.groups) {
      await putJson(shell.stdout, `${JSON.stringify(view, withInt64)}\n`)
    }
    after = page.next ?? undefined
  } while (after !== undefined)
  return noteCoverage(shell, reader, { cluster, knows: 'owners', from: at, to: at })
}
