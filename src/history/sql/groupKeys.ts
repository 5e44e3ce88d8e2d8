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

/** Rows of a SELECT about many groups, by group; they have to have cluster and group. `sql`: with the condition that a row is of one of them. */
export async function rowsInGroups(
  transaction: Transaction,
  keys: readonly GroupKey[],
  sql: (of: string) => string,
): Promise<Map<string, Row[]>> {
  const found = new Map<string, Row[]>()
  for (const [text, parameters] of statements(keys, sql)) {
    for (const row of await transaction.all(text, parameters)) add(found, row)
  }
  return found
}

/** The same for a change. Resolves with how many rows it changed. */
export async function changeInGroups(
  transaction: Transaction,
  keys: readonly GroupKey[],
  sql: (of: string) => string,
): Promise<number> {
  let count = 0
  for (const [text, parameters] of statements(keys, sql)) count += await transaction.run(text, parameters)
  return count
}

function* statements(
  keys: readonly GroupKey[],
  sql: (of: string) => string,
): Generator<readonly [text: string, parameters: readonly SqlValue[]]> {
  const marks = Array.from({ length: statementSize }, () => '?').join(', ')
  const text = sql(`cluster = ? AND "group" IN (${marks})`)
  for (const [cluster, ofCluster] of Map.groupBy(keys, key => key.cluster)) {
    for (let at = 0; at < ofCluster.length; at += statementSize) {
      const groups = ofCluster.slice(at, at + statementSize).map(({ group }) => group)
      const last = groups.at(-1) ?? ''
      yield [text, [cluster, ...Array.from({ length: statementSize }, (_, index) => groups[index] ?? last)]]
    }
  }
}

function add(found: Map<string, Row[]>, row: Row): void {
  const id = groupId({ cluster: String(row['cluster']), group: String(row['group']) })
  const known = found.get(id)
  if (known === undefined) found.set(id, [row])
  else known.push(row)
}
