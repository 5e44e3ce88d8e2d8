import { expect, test } from 'vitest'
import type { PartitionState } from '../../src/state/partition.ts'
import { classicOf } from './batchOf.ts'
import { consumerRecords } from './modernRecords.ts'
import { toldPartition } from './toldPartition.ts'

const topics = Array.from({ length: 30 }, (_, n) => `topic-${n}`)

/** The different lists of topics that the members of a group hold. */
function listsOf({ groups }: PartitionState, group: string): number {
  const members = [...(groups.get(group)?.group?.members.values() ?? [])]
  expect(members).toHaveLength(20)
  return new Set(members.map(({ subscription }) => subscription?.topics)).size
}

const ids = Array.from({ length: 20 }, (_, n) => `m${n}`)

test.each(['classic', 'consumer'] as const)(
  'the members of a %s group that subscribe to the same topics share one list, also after a restart',
  kind => {
    const told = toldPartition()
    const members = ids.map(id => ({ id, topics: [...topics] }))
    const { member } = consumerRecords('g')
    if (kind === 'classic') for (const generation of [1, 2]) told.plain(classicOf('g', generation, members))
    else for (const { id } of members) told.plain(member(id, { topics: [...topics] }))
    expect(listsOf(told.state, 'g')).toBe(1)
    expect(listsOf(toldPartition({ from: told }).state, 'g')).toBe(1)
  },
)
