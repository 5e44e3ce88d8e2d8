import { Command } from 'commander'
import { timeOption } from '../../app/logPoint.ts'
import { type Ownership, ownersOf } from '../../history/queries/owners.ts'
import type { Shell } from '../../terminal/shell.ts'
import type { Column } from '../../terminal/table.ts'
import { usage } from '../../terminal/usage.ts'
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

interface OwnerOptions extends StoreOptions, TimesOptions {
  readonly at?: number
  readonly group?: string
}

export function ownerCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('owner')
    .summary('who owned a partition, at a time or since')
    .argument('<topic>', 'the topic')
    .argument('<partition>', 'its partition', parsePartition)
    .option('--at <time>', 'at one moment', timeOption('--at'))
    .option('--group <group>', 'only owners in this group')
    .action(async (topic: string, partition: number, options: OwnerOptions) => {
      finish(await owner(shell, { topic, partition }, options))
    })
  return question(
    addTimes(command, '24h'),
    '  koff history owner orders 3 --at 12:03\n  koff history owner orders 3 --since 2h',
  )
}

interface Place {
  readonly topic: string
  readonly partition: number
}

async function owner(shell: Shell, place: Place, options: OwnerOptions): Promise<number> {
  const { at, since, until, group } = options
  if (at !== undefined && (since ?? until) !== undefined)
    throw usage('owner: --at is one moment; leave out --since and --until')
  const now = Date.now()
  const [from, to] = at === undefined ? [since ?? now - 86_400_000, until ?? now] : [at, at]
  await using asked = await ask(shell, options)
  const { reader, cluster } = asked
  await show(shell, asked, await ownersOf(reader, { cluster, ...place, group, from, to }), columns())
  return await noteCoverage(shell, asked, { knows: 'owners', from, to })
}

function columns(): readonly Column<Ownership>[] {
  return [
    { head: timeHead('FROM'), text: ({ from }) => timeText(from) },
    { head: 'TO', text: ({ to }) => timeText(to, 'still') },
    { head: 'GROUP', text: ({ group }) => group, gives: 'name' },
    { head: 'MEMBER', text: ({ memberId }) => memberId, gives: 'name' },
    { head: 'CLIENT', text: ({ clientId }) => clientId, gives: 'name' },
    { head: 'HOST', text: ({ host }) => host },
  ]
}

export function parsePartition(text: string): number {
  const partition = Number(text)
  if (/^\d+$/.test(text) && partition <= 2 ** 31 - 1) return partition
  throw usage(`partition: ${JSON.stringify(text)} is no number of a partition`)
}
