import { Command } from 'commander'
import { progressOf } from '../../history/queries/progress.ts'
import type { Shell } from '../../terminal/shell.ts'
import type { Column } from '../../terminal/table.ts'
import { usage } from '../../terminal/usage.ts'
import { parsePartition } from './owner.ts'
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

interface ProgressOptions extends StoreOptions, TimesOptions {
  readonly topic?: string
  readonly partition?: number
}

type Point = Awaited<ReturnType<typeof progressOf>>['points'][number]

export function progressCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('progress')
    .summary('how the offsets and the lag of a group went')
    .argument('<group>', 'the group id')
    .option('--topic <topic>', 'only of this topic')
    .option('--partition <n>', 'only of this partition of it', parsePartition)
    .action(async (group: string, options: ProgressOptions) => finish(await progress(shell, group, options)))
  return question(addTimes(command, '1h'), '  koff history progress billing --topic orders --partition 3 --since 2h')
}

async function progress(shell: Shell, group: string, options: ProgressOptions): Promise<number> {
  const now = Date.now()
  const { since = now - 3_600_000, until: to = now, topic, partition } = options
  if (partition !== undefined && topic === undefined) throw usage('progress: --partition is of a --topic')
  await using asked = await ask(shell, options)
  const { reader, cluster } = asked
  const sourcePartition = await knownGroup(asked, group)
  const points: Point[] = []
  let from: number | null = since
  while (from !== null) {
    const page = await progressOf(reader, { cluster, group, topic, partition, from, to })
    points.push(...page.points)
    from = page.next
  }
  await show(shell, asked, points, columns())
  return await noteCoverage(shell, asked, { knows: 'offsets', from: since, to, partition: sourcePartition })
}

function columns(): readonly Column<Point>[] {
  return [
    { head: timeHead('TIME'), text: ({ time }) => timeText(time) },
    { head: 'TOPIC', text: ({ topic }) => topic, gives: 'name' },
    { head: 'PARTITION', tight: { head: 'P' }, align: 'right', text: ({ partition }) => String(partition) },
    { head: 'COMMITTED', align: 'right', text: ({ offset }) => String(offset ?? 'deleted') },
    { head: 'END', align: 'right', text: ({ logEnd }) => String(logEnd ?? '') },
    { head: 'LAG', align: 'right', text: ({ lag }) => String(lag ?? '') },
  ]
}
