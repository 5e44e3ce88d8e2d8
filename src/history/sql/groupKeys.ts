import type { Row, SqlValue } from '../store.ts'
import type { Transaction } from './database.ts'

export interface GroupKey {
  readonly cluster: string
  readonly group: string
}

export function groupId({ cluster, group }: GroupKey): string {
  return JSON.stringify([cluster, group])
}

/** So many groups go into one statement; it always has as many marks, so that it is prepared once. */
const statementSize = 100

interface GroupStatement {
  /** `of`: the condition that a row is of one of the groups. */
  readonly sql: (of: string) => string
  readonly isChange?: boolean
}

/** Runs a statement about many groups, a part of them at a time. Resolves with the rows by group, which have cluster and group. */
export async function inGroups(
  transaction: Transaction,
  keys: readonly GroupKey[],
  { sql, isChange = false }: GroupStatement,
): Promise<Map<string, Row[]>> {
  const marks = Array.from({ length: statementSize }, () => '?').join(', ')
  const text = sql(`cluster = ? AND "group" IN (${marks})`)
  const found = new Map<string, Row[]>()
  for (const [cluster, ofCluster] of Map.groupBy(keys, key => key.cluster)) {
    for (let at = 0; at < ofCluster.length; at += statementSize) {
      const groups = ofCluster.slice(at, at + statementSize).map(({ group }) => group)
      const last = groups.at(-1) ?? ''
      const all = Array.from({ length: statementSize }, (_, index) => groups[index] ?? last)
      const parameters: readonly SqlValue[] = [cluster, ...all]
      if (isChange) await transaction.run(text, parameters)
      else for (const row of await transaction.all(text, parameters)) add(found, row)
    }
  }
  return found
}

function add(found: Map<string, Row[]>, row: Row): void {
  const id = groupId({ cluster: String(row['cluster']), group: String(row['group']) })
  const known = found.get(id)
  if (known === undefined) found.set(id, [row])
  else known.push(row)
}
