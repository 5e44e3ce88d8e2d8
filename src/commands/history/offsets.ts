import { Command } from 'commander'
import { timeOption } from '../../app/logPoint.ts'
import { KoffError } from '../../base/errors.ts'
import type { OffsetPoint } from '../../history/items.ts'
import { groupsAt } from '../../history/queries/groupsAt.ts'
import { choiceOption } from '../../terminal/output.ts'
import { note, put, type Shell } from '../../terminal/shell.ts'
import type { Column } from '../../terminal/table.ts'
import { addStoreOptions, ask, knownGroup, noteCoverage, type StoreOptions, show, timeText } from './store.ts'

interface OffsetsOptions extends StoreOptions {
  readonly at: number
  readonly topic?: string
}

const formats = ['human', 'wide', 'json', 'reset-csv'] as const

export function offsetsCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('offsets')
    .summary('the committed offsets of a group as they stood at a time; also to go back to')
    .argument('<group>', 'the group id')
    .requiredOption('--at <time>', 'when: 15m (ago), 16:12, yesterday 16:12, 2026-11-24T12:03Z, …', timeOption('--at'))
    .option('--topic <topic>', 'only of this topic')
    .addOption(
      choiceOption(
        '-o, --output <format>',
        'human, wide, json, or reset-csv: what kafka-consumer-groups --reset-offsets --from-file takes',
        formats,
      ),
    )
    .option('--json', 'the same as -o json')
    .action(async (group: string, options: OffsetsOptions) => finish(await offsets(shell, group, options)))
  return addStoreOptions(command).addHelpText(
    'after',
    `
To put a group back to where it was, while it has no members:
  koff history offsets billing --at 12:03 -o reset-csv > billing.csv
  kafka-consumer-groups.sh --bootstrap-server … --group billing --reset-offsets --from-file billing.csv --execute

Example:
  koff history offsets billing --at 12:03`,
  )
}

async function offsets(shell: Shell, group: string, options: OffsetsOptions): Promise<number> {
  const { at, topic, output } = options
  await using asked = await ask(shell, options)
  const { reader, cluster } = asked
  const partition = await knownGroup(asked, group)
  const [found] = (await groupsAt(reader, { cluster, at, group })).groups
  const code = await noteCoverage(shell, asked, { knows: 'offsets', from: at, to: at, partition })
  const points = (found?.points ?? []).filter(point => topic === undefined || point.topic === topic)
  if (output === 'reset-csv') {
    // A file that misses offsets would be taken for all of them.
    if (code !== 0) return code
    if (points.length === 0)
      throw new KoffError(
        'INPUT_UNREADABLE',
        `group ${JSON.stringify(group)} had no committed offsets at ${timeText(at)}`,
      )
    await put(shell.stdout, points.map(csvLine).join(''))
    return 0
  }
  if (points.length === 0) note(shell, `group ${JSON.stringify(group)} had no committed offsets at ${timeText(at)}`)
  await show(shell, asked, points, columns)
  return code
}

/** Kafka reads a line as topic, partition, offset. Names of topics have no comma. */
function csvLine({ topic, partition, offset }: OffsetPoint): string {
  return `${topic},${partition},${offset}\n`
}

const columns: readonly Column<OffsetPoint>[] = [
  { head: 'TOPIC', text: ({ topic }) => topic, gives: 'name' },
  { head: 'PARTITION', tight: { head: 'P' }, align: 'right', text: ({ partition }) => String(partition) },
  { head: 'COMMITTED', align: 'right', text: ({ offset }) => String(offset) },
  { head: 'END', align: 'right', text: ({ logEnd }) => String(logEnd ?? '') },
  { head: 'LAG', align: 'right', text: ({ lag }) => String(lag ?? '') },
]
