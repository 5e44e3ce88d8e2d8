import type { GroupState, MemberAnswer } from '../../web/api/answers.ts'
import { labelsOf } from '../lanes/palette.ts'
import { countText } from '../time/duration.ts'

export interface Difference {
  readonly what: string
  readonly before: string
  readonly after: string
}

export interface OwnedPartition {
  readonly topic: string
  readonly partition: number
  readonly owners: readonly MemberAnswer[]
}

/** Owners by partition, in the order of topics and partitions. */
export function ownedPartitions(group: GroupState | null): ReadonlyMap<string, OwnedPartition> {
  const owned = new Map<string, { topic: string; partition: number; owners: MemberAnswer[] }>()
  for (const member of group?.members ?? []) {
    for (const [topic, partitions] of Object.entries(member.assignment ?? {})) {
      for (const partition of partitions) {
        const key = `${topic}-${partition}`
        const found = owned.get(key) ?? { topic, partition, owners: [] }
        found.owners.push(member)
        owned.set(key, found)
      }
    }
  }
  return new Map([...owned].sort(([, a], [, b]) => byPlace(a, b)))
}

export function byPlace(a: Pick<OwnedPartition, 'topic' | 'partition'>, b: typeof a): number {
  return (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0) || a.partition - b.partition
}

/** Labels of members, the same before and after. */
export function memberLabels(...groups: readonly (GroupState | null)[]): ReadonlyMap<string, string> {
  const members = new Map<string, MemberAnswer>()
  for (const group of groups) for (const member of group?.members ?? []) members.set(member.id, member)
  const all = [...members.values()]
  const labels = labelsOf(
    all.map(({ id, instanceId, clientId, host }) => ({ memberId: id, instanceId, clientId, host })),
  )
  return new Map(all.map(({ id }, at) => [id, labels[at] ?? id]))
}

export function differences(before: GroupState | null, after: GroupState | null): readonly Difference[] {
  const labels = memberLabels(before, after)
  return [
    ...stateDifferences(before, after),
    ...ownerDifferences(before, after, labels),
    ...offsetDifferences(before, after),
  ]
}

function stateDifferences(before: GroupState | null, after: GroupState | null): Difference[] {
  const fields = [
    ['Kind', before?.groupType, after?.groupType],
    ['State', before?.state, after?.state],
    ['Epoch', before?.epoch, after?.epoch],
    ['Assignor', before?.protocol, after?.protocol],
    ['Members', before?.members.length, after?.members.length],
  ] as const
  return fields.flatMap(([what, was, is]) =>
    (was ?? null) === (is ?? null) ? [] : [{ what, before: String(was ?? '–'), after: String(is ?? '–') }],
  )
}

function ownerDifferences(
  before: GroupState | null,
  after: GroupState | null,
  labels: ReadonlyMap<string, string>,
): Difference[] {
  const [old, now] = [ownedPartitions(before), ownedPartitions(after)]
  const text = (owned: OwnedPartition | undefined) =>
    owned === undefined ? 'no owner' : owned.owners.map(({ id }) => labels.get(id) ?? id).join(', ')
  const keys = [...new Set([...old.keys(), ...now.keys()])]
  return keys.flatMap(key => {
    const [was, is] = [text(old.get(key)), text(now.get(key))]
    return was === is ? [] : [{ what: key, before: was, after: is }]
  })
}

function offsetDifferences(before: GroupState | null, after: GroupState | null): Difference[] {
  const found: Difference[] = []
  for (const topic of new Set([...Object.keys(before?.offsets ?? {}), ...Object.keys(after?.offsets ?? {})])) {
    const [old, now] = [before?.offsets[topic] ?? {}, after?.offsets[topic] ?? {}]
    for (const partition of new Set([...Object.keys(old), ...Object.keys(now)])) {
      const [was, is] = [old[partition], now[partition]]
      if (was === is) continue
      found.push({ what: `${topic}-${partition} committed`, before: countText(was), after: countText(is) })
    }
  }
  return found
}
