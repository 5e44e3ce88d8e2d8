import { KoffError } from '../../base/errors.ts'
import type { HistoryReader } from '../store.ts'

/**
 * The cluster that a question is about: the one given, or the only one that the history knows.
 * @throws KoffError USAGE where it is not known, or there are several and none is given.
 */
export async function clusterOf(reader: HistoryReader, given: string | undefined): Promise<string> {
  const clusters = await clustersOf(reader)
  if (given !== undefined && clusters.includes(given)) return given
  const known = clusters.map(cluster => JSON.stringify(cluster)).join(', ')
  if (given !== undefined && clusters.length > 0) {
    throw new KoffError('USAGE', `the history has no cluster ${JSON.stringify(given)}; known: ${known}`)
  }
  if (clusters.length > 1) throw new KoffError('USAGE', `the history has several clusters, name one: ${known}`)
  return clusters[0] ?? given ?? ''
}

/** Clusters that the history knows, sorted. */
export async function clustersOf(reader: HistoryReader): Promise<readonly string[]> {
  // Events may come before anything else does; the first and the last are found without a look at all of them.
  const rows = await reader.all(
    `SELECT DISTINCT cluster FROM coverage UNION SELECT DISTINCT cluster FROM marks
      UNION SELECT min(cluster) FROM events UNION SELECT max(cluster) FROM events`,
  )
  return rows
    .filter(({ cluster }) => cluster !== null)
    .map(({ cluster }) => String(cluster))
    .sort()
}
