import { Command } from 'commander'
import { parseTime } from '../app/logPoint.ts'
import { withInt64 } from '../coordinator/jsonValue.ts'
import { readHistory } from '../history/openHistory.ts'
import { clusterOf } from '../history/queries/cluster.ts'
import { groupsAt } from '../history/queries/groupsAt.ts'
import { note, putJson, type Shell } from '../terminal/shell.ts'
import { usage } from '../terminal/usage.ts'

export function historyCommand(shell: Shell, finish: (code: number) => void): Command {
  const backup = new Command('backup')
    .summary('copy a history, also while koff writes to it')
    .description(
      'Copies the file of a history sink as it is at one moment. A plain cp misses what is still in the write-ahead log beside it.',
    )
    .argument('<file>', 'the history: `file` of a sink of type history')
    .requiredOption('-o, --output <copy>', 'where to, in place of what is there', parseOutput)
    .action(async (file: string, { output }: { readonly output: string }) => {
      const { backupHistory } = await import('../sinks/history/backup.ts')
      const { events, newest } = await backupHistory(file, output)
      const upTo = newest === null ? '' : `, the newest of ${new Date(newest).toISOString()}`
      note(shell, `${output}: ${events} events${upTo}`)
      finish(0)
    })
    .addHelpText(
      'after',
      `
The copy is one file, and is there whole or not at all: koff writes <copy>.part and renames it.

Example:
  koff history backup koff-history.db -o /backup/koff-history-$(date +%F).db`,
    )
  const groups = new Command('groups')
    .summary('every group as it stood at a time')
    .requiredOption('--history <store>', 'the history')
    .requiredOption('--at <time>', 'as it stood then', text => parseTime('--at', text))
    .action(async ({ history, at }: { history: string; at: number }) => {
      await using reader = await readHistory(history)
      const cluster = await clusterOf(reader, undefined)
      for (let after: string | null | undefined; after !== null; ) {
        const page = await groupsAt(reader, { cluster, at, after })
        for (const { points: _points, sourcePartition: _partition, ...view } of page.groups)
          await putJson(shell.stdout, `${JSON.stringify(view, withInt64)}\n`)
        after = page.next
      }
      finish(0)
    })
  return new Command('history')
    .summary('look after a history')
    .description('Looks after histories: the SQLite files of sinks of type history.')
    .addCommand(backup)
    .addCommand(groups)
}

function parseOutput(text: string): string {
  if (text === '' || text === '-') throw usage('--output: must be the name of a file')
  return text
}
