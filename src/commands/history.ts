import { Command } from 'commander'
import { note, type Shell } from '../terminal/shell.ts'
import { usage } from '../terminal/usage.ts'
import { diffCommand } from './history/diff.ts'
import { eventsCommand } from './history/events.ts'
import { exportCommand } from './history/export.ts'
import { groupCommand } from './history/group.ts'
import { groupsCommand } from './history/groups.ts'
import { membersCommand } from './history/members.ts'
import { offsetsCommand } from './history/offsets.ts'
import { ownerCommand } from './history/owner.ts'
import { progressCommand } from './history/progress.ts'
import { pruneCommand } from './history/prune.ts'
import { rebalancesCommand } from './history/rebalances.ts'
import { resetsCommand } from './history/resets.ts'
import { importCommand, verifyCommand } from './history/verify.ts'

export function historyCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('history')
    .summary('ask a history, and look after it')
    .description(
      'Asks a history: how groups stood, who owned a partition, what happened, at any time that the history covers.',
    )
  for (const build of questions) command.addCommand(build(shell, finish))
  return command.addCommand(backupCommand(shell, finish)).addHelpText(
    'after',
    `
Where the history does not cover the time in question, koff prints what it has, says "not known before" on standard error,
and exits with 3. A history is filled by a sink of type history, or from files by koff replay --history.`,
  )
}

const questions = [
  eventsCommand,
  groupsCommand,
  groupCommand,
  ownerCommand,
  resetsCommand,
  rebalancesCommand,
  membersCommand,
  diffCommand,
  offsetsCommand,
  progressCommand,
  exportCommand,
  importCommand,
  verifyCommand,
  pruneCommand,
]

function backupCommand(shell: Shell, finish: (code: number) => void): Command {
  return new Command('backup')
    .summary('copy a history, also while koff writes to it')
    .description(
      'Copies a consistent snapshot of the SQLite file of a history. A plain cp misses rows in the write-ahead log beside it.',
    )
    .argument('<file>', 'the history: `file` of a sink of type history')
    .requiredOption('-o, --output <copy>', 'the file to write; an existing one is replaced', parseOutput)
    .action(async (file: string, { output }: { readonly output: string }) => {
      const { backupHistory } = await import('../history/sqlite/backup.ts')
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
}

function parseOutput(text: string): string {
  if (text === '' || text === '-') throw usage('--output: must be the name of a file')
  return text
}
