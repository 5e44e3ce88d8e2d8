import { KoffError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import type { Knowledge } from '../../history/items.ts'
import { coverageOf, uncovered } from '../../history/queries/coverage.ts'
import { firstEventTime, groupNames, partitionOfGroup } from '../../history/queries/groupNames.ts'
import type { HistoryReader } from '../../history/store.ts'
import type { Coverage } from './answers.ts'
import { iso } from './parameters.ts'

export interface CoveredQuestion {
  readonly cluster: string
  /** The first is what the answer is about above all: where nothing of it is known, there is no answer. */
  readonly knows: readonly [Knowledge, ...Knowledge[]]
  /** In ms; undefined: from the first time that is known. */
  readonly from: number | undefined
  readonly to: number
  /** Of `__consumer_offsets`; all unless given. */
  readonly partition?: number | undefined
}

/**
 * What of the time in question the history does not have.
 * @throws KoffError NOT_KNOWN where it has nothing of it.
 */
export async function covered(reader: HistoryReader, question: CoveredQuestion): Promise<Coverage> {
  const { cluster, knows, from, to, partition } = question
  const first = await knownSpan(reader, cluster, knows[0], partition)
  if (first === null)
    throw new KoffError('NOT_KNOWN', `the history knows no ${knows[0]} yet`, { known: { [knows[0]]: null } })
  if (to < first.from) {
    const known = { [knows[0]]: first }
    throw new KoffError('NOT_KNOWN', `not known before ${iso(first.from)}: the history begins there`, { known })
  }
  const notKnown = await Promise.all(
    knows.map(async one => {
      const missing = await uncovered(reader, { cluster, knows: one, from: from ?? first.from, to, partition })
      return missing.map(gap => ({ partition: gap.partition, knows: one, from: gap.from, to: gap.to }))
    }),
  )
  const all = notKnown.flat()
  return { complete: all.length === 0, notKnown: all }
}

/** Where the time of a group begins when a question does not say: with its first event, or with what is known of its partition. */
export async function beginningOf(
  reader: HistoryReader,
  { cluster, group, partition }: { readonly cluster: string; readonly group: string; readonly partition: number },
  end: number,
): Promise<number> {
  const first = await firstEventTime(reader, cluster, group)
  const from = first ?? (await knownSpan(reader, cluster, 'owners', partition))?.from ?? end
  return Math.min(from, end)
}

/** From when to when the history has some of it; null: it has none. */
export async function knownSpan(reader: HistoryReader, cluster: string, knows: Knowledge, partition?: number) {
  const intervals = [...(await coverageOf(reader, { cluster, knows, partition })).values()].flat()
  if (intervals.length === 0) return null
  return {
    from: intervals.reduce((least, interval) => Math.min(least, interval.from), Number.POSITIVE_INFINITY),
    to: intervals.reduce((most, interval) => Math.max(most, interval.to), Number.NEGATIVE_INFINITY),
  }
}

/**
 * The partition of `__consumer_offsets` that a group is in.
 * @throws KoffError NOT_FOUND, with the group that may be meant.
 */
export async function knownGroup(reader: HistoryReader, cluster: string, group: string): Promise<number> {
  const partition = await partitionOfGroup(reader, cluster, group)
  if (partition !== null) return partition
  const names = await groupNames(reader, cluster, 10_000)
  const meant = nearest(group, names)
  const hint = meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`
  const known = meant === undefined ? { groups: names.slice(0, 20) } : { meant }
  throw new KoffError('NOT_FOUND', `no such group ${JSON.stringify(group)} in the history${hint}`, { known })
}
