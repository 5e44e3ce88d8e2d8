import type { HistoryReader, SqlValue } from '../store.ts'

export type ColumnType = 'text' | 'integer' | 'bytes' | 'json'

export interface InsertPlan {
  readonly table: string
  readonly columns: Readonly<Record<string, ColumnType>>
  /** True: a row whose key is there already is left out. */
  readonly ignoreRepeats?: boolean
  /** The columns of the key: a row that is there already is replaced. */
  readonly replaces?: readonly string[]
}

export interface UpdatePlan {
  readonly table: string
  /** The column that is set. */
  readonly set: string
  /** The columns that say which rows. */
  readonly where: Readonly<Record<string, ColumnType>>
  /** A further condition, in SQL. */
  readonly also: string
}

/** What both databases can do, in a transaction. */
export interface Transaction extends Pick<HistoryReader, 'all'> {
  /** Returns how many rows it changed. */
  run(sql: string, parameters?: readonly SqlValue[]): Promise<number>
  /** Inserts many rows at once. Returns how many were new. */
  insert(plan: InsertPlan, rows: readonly (readonly SqlValue[])[]): Promise<number>
  /** Changes many rows at once; a row has the new value, an integer, and then those of `where`. */
  update(plan: UpdatePlan, rows: readonly (readonly SqlValue[])[]): Promise<void>
}

export interface Database extends HistoryReader, AsyncDisposable {
  /** For messages, without a password. */
  readonly name: string
  /** How columns of each type are declared. */
  readonly types: Readonly<Record<ColumnType | 'sequence', string>>
  /** The column that says which row of a table without a key of its own. */
  readonly rowKey: string
  /** Bytes that its rows take, about: without space that is free for new ones. */
  size(): Promise<number>
  /** Gives space that was freed back, a little at a time. */
  reclaim(): Promise<void>
  /** One at a time: another one waits. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
}
