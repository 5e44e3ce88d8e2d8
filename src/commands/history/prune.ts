import { Command } from 'commander'
import { timeOption } from '../../app/logPoint.ts'
import { pruneHistory } from '../../history/openHistory.ts'
import { note, type Shell } from '../../terminal/shell.ts'
import { usage } from '../../terminal/usage.ts'
import { addStoreOptions, placeOf, type StoreOptions } from './store.ts'

interface PruneFlags extends StoreOptions {
  readonly before?: number
  readonly toSize?: number
}

export function pruneCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('prune')
    .summary('remove what is older than a time, or than a size lets stay')
    .option('--before <time>', 'what ended earlier goes: 30d, 2026-11-01, …', timeOption('--before'))
    .option('--to-size <bytes>', 'the oldest goes until about so much is left: 500M, 2G', parseSize)
    .action(async (options: PruneFlags) => finish(await prune(shell, options)))
  return addStoreOptions(command).addHelpText(
    'after',
    `
How each group stood at that time stays, so that every later time can be answered. A koff that writes to a SQLite file
prunes by itself (keepMs, keepBytes of the sink); PostgreSQL may be pruned beside it.

Example:
  koff history prune --before 30d`,
  )
}

async function prune(shell: Shell, options: PruneFlags): Promise<number> {
  const { before, toSize: bytes } = options
  if (before === undefined && bytes === undefined) throw usage('prune: give --before, or --to-size')
  const pruned = await pruneHistory(placeOf(shell, options), { before, bytes, signal: shell.signal })
  const counts = Object.entries(pruned).map(([table, count]) => `${count} ${table.replace('_', ' ')}`)
  note(shell, counts.length === 0 ? 'nothing is older' : `removed ${counts.join(', ')}`)
  return 0
}

const units = new Map([
  ['', 1],
  ['K', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
])

function parseSize(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)B?$/i.exec(text) ?? []
  const factor = units.get(unit.toUpperCase())
  if (number === undefined || factor === undefined)
    throw usage(`--to-size: ${JSON.stringify(text)} is no size; write 500M or 2G`)
  return Number(number) * factor
}
