import type { Int64 } from '../../events/envelope.ts'
import { compareText } from '../../state/group/group.ts'
import type { MemberView } from '../../state/group/view.ts'
import type { GroupAt } from './groupsAt.ts'

/** The differences between two times. */
export interface GroupDiff {
  readonly group: string
  /** Fields of the group itself: before, after. A group that is not there has null in all. */
  readonly fields: Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>
  readonly joined: readonly MemberView[]
  readonly left: readonly MemberView[]
  /** Partitions with other owners, `topic-partition` sorted; members by id. */
  readonly moved: readonly OwnerDiff[]
  readonly offsets: readonly OffsetDiff[]
}

export interface OwnerDiff {
  readonly topic: string
  readonly partition: number
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export interface OffsetDiff {
  readonly topic: string
  readonly partition: number
  readonly before: Int64 | null
  readonly after: Int64 | null
}

const fields = ['groupType', 'epoch', 'state', 'protocolType', 'protocol', 'leader'] as const

export function groupDiff(group: string, before: GroupAt | null, after: GroupAt | null): GroupDiff {
  const old = new Map(before?.members.map(member => [member.id, member]))
  const now = new Map(after?.members.map(member => [member.id, member]))
  const changed = fields.flatMap(name => {
    const values = { before: before?.[name] ?? null, after: after?.[name] ?? null }
    return values.before === values.after ? [] : [[name, values] as const]
  })
  return {
    group,
    fields: Object.fromEntries(changed),
    joined: [...now.values()].filter(({ id }) => !old.has(id)),
    left: [...old.values()].filter(({ id }) => !now.has(id)),
    moved: movedPartitions(before, after),
    offsets: changedOffsets(before, after),
  }
}

function movedPartitions(before: GroupAt | null, after: GroupAt | null): OwnerDiff[] {
  const [old, now] = [ownersIn(before), ownersIn(after)]
  const diffs: OwnerDiff[] = []
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const place = (old.get(key) ?? now.get(key)) as Owned
    const [from, to] = [old.get(key)?.members ?? [], now.get(key)?.members ?? []]
    if (from.join('\n') === to.join('\n')) continue
    diffs.push({ topic: place.topic, partition: place.partition, before: from, after: to })
  }
  return diffs.sort(byPlace)
}

interface Owned {
  readonly topic: string
  readonly partition: number
  readonly members: string[]
}

function ownersIn(group: GroupAt | null): Map<string, Owned> {
  const owners = new Map<string, Owned>()
  for (const { id, assignment } of group?.members ?? []) {
    for (const [topic, partitions] of Object.entries(assignment ?? {})) {
      for (const partition of partitions) {
        const key = `${partition} ${topic}`
        const owned = owners.get(key) ?? { topic, partition, members: [] }
        owned.members.push(id)
        owners.set(key, owned)
      }
    }
  }
  return owners
}

function changedOffsets(before: GroupAt | null, after: GroupAt | null): OffsetDiff[] {
  const old = new Map(before?.points.map(point => [`${point.partition} ${point.topic}`, point]))
  const now = new Map(after?.points.map(point => [`${point.partition} ${point.topic}`, point]))
  const diffs: OffsetDiff[] = []
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const { topic = '', partition = 0 } = now.get(key) ?? old.get(key) ?? {}
    const [from, to] = [old.get(key)?.offset ?? null, now.get(key)?.offset ?? null]
    if (from !== to) diffs.push({ topic, partition, before: from, after: to })
  }
  return diffs.sort(byPlace)
}

interface Placed {
  readonly topic: string
  readonly partition: number
}

function byPlace(a: Placed, b: Placed): number {
  return compareText(a.topic, b.topic) || a.partition - b.partition
}
