import { Command } from 'commander'
import { timeOption } from '../../app/logPoint.ts'
import { conditionsOf } from '../../history/queries/conditions.ts'
import { type GroupAt, groupsAt } from '../../history/queries/groupsAt.ts'
import { compareText } from '../../state/group/group.ts'
import type { MemberView } from '../../state/group/view.ts'
import { note, put, type Shell } from '../../terminal/shell.ts'
import { type Column, table } from '../../terminal/table.ts'
import { lineOf } from './groups.ts'
import { ask, knownGroup, noteCoverage, question, type StoreOptions, show, timeText } from './store.ts'

interface GroupOptions extends StoreOptions {
  readonly at: number
}

export function groupCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('group')
    .summary('a group as it stood at a time: members, owners, offsets, lag')
    .argument('<group>', 'the group id')
    .requiredOption('--at <time>', 'when: 15m (ago), 16:12, yesterday 16:12, 2026-11-24T12:03Z, …', timeOption('--at'))
    .action(async (group: string, options: GroupOptions) => finish(await groupAt(shell, group, options)))
  return question(command, '  koff history group billing --at 12:03')
}

async function groupAt(shell: Shell, group: string, options: GroupOptions): Promise<number> {
  const { at } = options
  await using asked = await ask(shell, options)
  const { reader, cluster, view } = asked
  const partition = await knownGroup(asked, group)
  const [found] = (await groupsAt(reader, { cluster, at, group })).groups
  const code = await noteCoverage(shell, asked, { knows: 'owners', from: at, to: at, partition })
  if (found === undefined) {
    note(shell, `group ${JSON.stringify(group)} did not exist at ${timeText(at)}`)
    return code === 0 ? 1 : code
  }
  const conditions = await conditionsOf(reader, { cluster, group, from: at, to: at })
  if (view.format === 'json') {
    await show(shell, asked, [{ ...(lineOf(found) as object), conditions }], [])
    return code
  }
  const { groupType, state, epoch, protocol, leader } = found
  const words = [groupType, state, `epoch ${epoch}`, protocol ?? '', leader === null ? '' : `leader ${leader}`]
  await put(
    shell.stdout,
    `${view.ink('bold', group)}  ${words.filter(word => word !== '').join(', ')}, as of ${timeText(at)}\n`,
  )
  if (found.members.length > 0) await put(shell.stdout, `\n${table(found.members, memberColumns, view)}`)
  if (found.points.length > 0) await put(shell.stdout, `\n${table(partitionsIn(found), partitionColumns, view)}`)
  for (const { type, topic, partition: of, from } of conditions) {
    const place = topic === null ? '' : ` ${topic}-${of ?? ''}`
    await put(shell.stdout, `\nopen: ${type}${place} since ${timeText(from)}\n`)
  }
  return code
}

const memberColumns: readonly Column<MemberView>[] = [
  { head: 'MEMBER', text: ({ id }) => id, gives: 'name' },
  { head: 'INSTANCE', text: ({ instanceId }) => instanceId ?? '', gives: 'name' },
  { head: 'CLIENT', text: ({ clientId }) => clientId, gives: 'name' },
  { head: 'HOST', text: ({ host }) => host },
  { head: 'HOLDS', text: ({ assignment }) => assignmentText(assignment), gives: 'words' },
]

function assignmentText(assignment: MemberView['assignment']): string {
  if (assignment === null) return 'not readable'
  return Object.entries(assignment)
    .map(([topic, partitions]) => `${topic} ${partitions.join(',')}`)
    .join('; ')
}

interface PartitionLine {
  readonly topic: string
  readonly partition: number
  readonly owners: readonly string[]
  readonly point: GroupAt['points'][number] | undefined
}

/** Partitions with an owner or a committed offset. */
function partitionsIn({ members, points }: GroupAt): PartitionLine[] {
  const owners = new Map<string, { topic: string; partition: number; owners: string[] }>()
  for (const { id, assignment } of members) {
    for (const [topic, partitions] of Object.entries(assignment ?? {})) {
      for (const partition of partitions) {
        const line = owners.get(`${partition} ${topic}`) ?? { topic, partition, owners: [] }
        line.owners.push(id)
        owners.set(`${partition} ${topic}`, line)
      }
    }
  }
  const committed = new Map(points.map(point => [`${point.partition} ${point.topic}`, point]))
  const lines = [...new Set([...owners.keys(), ...committed.keys()])].map(key => {
    const { topic = '', partition = 0 } = owners.get(key) ?? committed.get(key) ?? {}
    return { topic, partition, owners: owners.get(key)?.owners ?? [], point: committed.get(key) }
  })
  return lines.sort((a, b) => compareText(a.topic, b.topic) || a.partition - b.partition)
}

const partitionColumns: readonly Column<PartitionLine>[] = [
  { head: 'TOPIC', text: ({ topic }) => topic, gives: 'name' },
  { head: 'PARTITION', tight: { head: 'P' }, align: 'right', text: ({ partition }) => String(partition) },
  { head: 'OWNER', text: ({ owners }) => owners.join(', '), gives: 'name' },
  { head: 'COMMITTED', align: 'right', text: ({ point }) => String(point?.offset ?? '') },
  { head: 'END', align: 'right', text: ({ point }) => String(point?.logEnd ?? '') },
  { head: 'LAG', align: 'right', text: ({ point }) => String(point?.lag ?? '') },
]
