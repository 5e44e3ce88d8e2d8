import type { StateChange } from '../../../src/state/stored/entry.ts'

/** Entries with moves counted from 0 in each group: the numbers in their keys say in which order they came, and no more. */
export function numbered<E extends StateChange>(entries: readonly E[]): E[] {
  const counts = new Map<string, number>()
  return entries
    .map(entry => ({ entry, place: JSON.parse(entry.key) as [string, string, number] }))
    .toSorted((a, b) => (a.place[0] === 'move' && b.place[0] === 'move' ? a.place[2] - b.place[2] : 0))
    .map(({ entry, place: [kind, group] }) => {
      if (kind !== 'move') return entry
      const n = counts.get(group) ?? 0
      counts.set(group, n + 1)
      return { ...entry, key: JSON.stringify([kind, group, n]) }
    })
}
