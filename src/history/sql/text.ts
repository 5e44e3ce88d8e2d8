import type { Row, SqlValue } from '../store.ts'

/**
 * PostgreSQL keeps no NUL in a text, and SQLite's texts seem to end at one; a group id may have it. U+F8FF, of the private use
 * area, and a 0 stand for it; two of them stand for itself.
 */
const MARK = '\uf8ff'

export function encoded(value: SqlValue): SqlValue {
  if (typeof value !== 'string' || (!value.includes('\0') && !value.includes(MARK))) return value
  return value.replaceAll(MARK, `${MARK}${MARK}`).replaceAll('\0', `${MARK}0`)
}

/** Changes the row. */
export function decodedRow(row: Record<string, SqlValue>): Row {
  for (const column in row) {
    const value = row[column]
    if (typeof value === 'string' && value.includes(MARK)) row[column] = decoded(value)
  }
  return row
}

function decoded(text: string): string {
  return text.replaceAll(/\uf8ff(.)/gu, (_, next: string) => (next === '0' ? '\0' : MARK))
}
