import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { Database, InsertPlan, Transaction, UpdatePlan } from '../sql/database.ts'
import { decodedRow, encoded } from '../sql/text.ts'
import type { Row, SqlValue } from '../store.ts'
import { timedOut } from '../timedOut.ts'
import { historyFault } from './fault.ts'
import { lockWriter } from './writerLock.ts'

export interface SqliteOptions {
  /** `:memory:`: nothing is kept when it is closed. */
  readonly file: string
  /** `read`: of a file that is there, beside an instance that writes. `write`: makes it where it is missing, for one instance. */
  readonly mode: 'read' | 'write'
  /** How long a query may take, ms; no limit unless given. */
  readonly timeLimitMs?: number | undefined
}

/** Instead of the name of a file. */
export const IN_MEMORY = ':memory:'

/** Pages kept in memory, in KiB (negative, as SQLite wants it): indexes of a large history are written all over. */
const cacheKiB = -128 * 1024

/**
 * A history in one SQLite file, with the SQLite in Node. It works on the calling thread.
 *
 * @throws KoffError HISTORY_UNAVAILABLE where the file cannot be used; retriable where another program has it locked.
 */
export async function openSqlite({ file, mode, timeLimitMs }: SqliteOptions): Promise<Database> {
  const { DatabaseSync } = await import('node:sqlite')
  const fault = (error: unknown) => historyFault(error, file)
  const isReading = mode === 'read'
  const isInMemory = file === IN_MEMORY
  using opening = new DisposableStack()
  let database: DatabaseSync
  try {
    if (!isReading && !isInMemory) mkdirSync(dirname(file), { recursive: true })
    database = new DatabaseSync(file, { readOnly: isReading })
    opening.defer(() => database.close())
    // The caller repeats what is locked: a busy timeout would block this thread.
    if (isReading) database.exec('PRAGMA busy_timeout = 2000')
    // FULL: what is committed survives a crash of the machine. A page that many transactions change goes into the file once in 64 MB.
    else
      database.exec(
        'PRAGMA busy_timeout = 0; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 16384',
      )
    database.exec(`PRAGMA cache_size = ${cacheKiB}`)
    if (!isReading && !isInMemory) opening.use(lockWriter(new DatabaseSync(`${file}-writer`), file))
  } catch (error) {
    throw fault(error)
  }
  const resources = opening.move()
  const connection = new Connection(database, timeLimitMs)
  let last: Promise<unknown> = Promise.resolve()

  const inTransaction = async <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> => {
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = await work(connection)
      database.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk has rolled it back already.
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw fault(error)
    }
  }
  /** A query must not read what a transaction of this connection has not committed. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(
      () => guarded(work),
      () => guarded(work),
    )
    last = turn
    return turn
  }

  return {
    name: file,
    types: { text: 'TEXT', integer: 'INTEGER', bytes: 'BLOB', json: 'TEXT', sequence: 'INTEGER PRIMARY KEY' },
    glob: globCondition,
    all: (sql, parameters) => inTurn(() => connection.all(sql, parameters)),
    rowKey: 'rowid',
    size: async () => Number((await inTurn(() => connection.all(sizeSql)))[0]?.['bytes'] ?? 0),
    async reclaim() {
      for (let before = Number.POSITIVE_INFINITY; ; ) {
        const [row] = await inTurn(() => connection.all('PRAGMA freelist_count'))
        const free = Number(row?.['freelist_count'] ?? 0)
        // A file from before migrations gives nothing back, and uses free pages again.
        if (free === 0 || free === before) return
        before = free
        await inTurn(() => connection.run(`PRAGMA incremental_vacuum(${reclaimPages})`))
        await setImmediate()
      }
    },
    transaction: work => inTurn(() => inTransaction(work)),
    async [Symbol.asyncDispose]() {
      await last.catch(() => undefined)
      resources.dispose()
    },
  }
}

/** GLOB takes [ for a set of characters, which is none of koff's patterns. */
export const globCondition: Database['glob'] = (column, pattern) => ({
  sql: `${column} GLOB ?`,
  value: pattern.replaceAll('[', '[[]'),
})

const sizeSql =
  'SELECT (p.page_count - f.freelist_count) * s.page_size AS bytes FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s'
const reclaimPages = 2_000
/** So many rows take about 10 ms. */
const yieldSize = 250

class Connection implements Transaction {
  readonly #database: DatabaseSync
  readonly #timeLimitMs: number | undefined
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync, timeLimitMs: number | undefined) {
    this.#database = database
    this.#timeLimitMs = timeLimitMs
  }

  async all(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    const statement = this.#statement(sql)
    const values = parameters.map(encoded)
    if (this.#timeLimitMs === undefined) return statement.all(...values).map(decodedRow)
    const deadline = performance.now() + this.#timeLimitMs
    const rows: Row[] = []
    for (const row of statement.iterate(...values)) {
      rows.push(decodedRow(row))
      if (performance.now() > deadline) throw timedOut(this.#timeLimitMs)
    }
    return rows
  }

  async run(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    if (parameters.length > 0) return Number(this.#statement(sql).run(...parameters.map(encoded)).changes)
    this.#database.exec(sql)
    return 0
  }

  async insert(plan: InsertPlan, rows: readonly (readonly SqlValue[])[]): Promise<number> {
    const { table, columns, ignoreRepeats, replaces } = plan
    const names = Object.keys(columns)
    const or = ignoreRepeats === true ? 'OR IGNORE ' : replaces === undefined ? '' : 'OR REPLACE '
    const quoted = names.map(name => `"${name}"`).join(', ')
    const marks = names.map(() => '?').join(', ')
    const statement = this.#statement(`INSERT ${or}INTO ${table} (${quoted}) VALUES (${marks})`)
    let count = 0
    let written = 0
    for (const row of rows) {
      count += Number(statement.run(...row.map(encoded)).changes)
      // SQLite works on this thread: others have their turn in between.
      if (++written % yieldSize === 0) await setImmediate()
    }
    return count
  }

  async update({ table, set, where, also }: UpdatePlan, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    const conditions = Object.keys(where).map(name => `"${name}" = ?`)
    const sql = `UPDATE ${table} SET "${set}" = ? WHERE ${[...conditions, also].join(' AND ')}`
    const statement = this.#statement(sql)
    for (const [index, row] of rows.entries()) {
      statement.run(...row.map(encoded))
      if (index % yieldSize === yieldSize - 1) await setImmediate()
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}
