import type { Pool, PoolClient } from 'pg'
import { KoffError } from '../../base/errors.ts'
import type { ColumnType, Database, InsertPlan, Transaction, UpdatePlan } from '../sql/database.ts'
import { decodedRow, encoded } from '../sql/text.ts'
import type { Row, SqlValue } from '../store.ts'
import { postgresFault } from './fault.ts'

export interface PostgresOptions {
  /** postgres://user:password@host/database */
  readonly url: string
  readonly mode: 'read' | 'write'
  /** How long a query may take, ms; no limit unless given. */
  readonly timeLimitMs?: number | undefined
}

/** Instances write one after the other, so that the order of `sequence` is that of commits. */
const WRITER_LOCK = 0x6b6f6666

/** A history in a PostgreSQL database; several instances may write to it. */
export async function openPostgres({ url, mode, timeLimitMs }: PostgresOptions): Promise<Database> {
  const name = nameOf(url)
  const { default: pg } = await import('pg')
  const types = new pg.TypeOverrides()
  types.setTypeParser(INT8, Number)
  types.setTypeParser(JSON_TYPE, (text: string) => text)
  const settings = [
    ...(mode === 'read' ? ['-c default_transaction_read_only=on'] : []),
    ...(timeLimitMs === undefined ? [] : [`-c statement_timeout=${timeLimitMs}`]),
  ]
  const pool: Pool = new pg.Pool({
    connectionString: url,
    types,
    max: 4,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'koff',
    ...(settings.length === 0 ? {} : { options: settings.join(' ') }),
  })
  // A connection that is lost while it is idle: the next query opens another one.
  pool.on('error', () => undefined)
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw postgresFault(error, name, timeLimitMs)
    }
  }
  let last: Promise<unknown> = Promise.resolve()
  const inTransaction = async <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> => {
    const client = await pool.connect()
    let broken: Error | undefined
    client.on('error', ignored)
    try {
      await client.query('BEGIN')
      await client.query(`SELECT pg_advisory_xact_lock(${WRITER_LOCK})`)
      const result = await work(new PostgresTransaction(client))
      await client.query('COMMIT')
      return result
    } catch (error) {
      broken = error instanceof Error ? error : new Error(String(error))
      await client.query('ROLLBACK').then(() => (broken = undefined), ignored)
      throw error
    } finally {
      client.off('error', ignored)
      client.release(broken)
    }
  }

  const database: Database = {
    name,
    types: {
      text: 'TEXT COLLATE "C"',
      integer: 'BIGINT',
      bytes: 'BYTEA',
      json: 'JSON',
      sequence: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    },
    glob: (column, pattern) => ({ sql: `${column} LIKE ?`, value: likePattern(pattern) }),
    all: (sql, parameters) => guarded(() => query(pool, sql, parameters)),
    rowKey: 'ctid',
    size: () => liveSize(database),
    // Makes the space of removed rows free for others, and gives what is free at the end of a table to the disk.
    reclaim: () => guarded(() => pool.query(`VACUUM ${tables.join(', ')}`).then(() => undefined)),
    transaction(work) {
      const turn = last.then(
        () => guarded(() => inTransaction(work)),
        () => guarded(() => inTransaction(work)),
      )
      last = turn
      return turn
    },
    async [Symbol.asyncDispose]() {
      await last.catch(ignored)
      await pool.end()
    },
  }
  try {
    await database.all('SELECT 1')
    return database
  } catch (error) {
    await pool.end()
    throw error
  }
}

/** Those that grow. */
const tables = ['events', 'states', 'progress', 'progress_tail', 'owner_spans', 'member_spans'] as const

/** What the rows take, with their part of the indexes: a table does not get smaller when rows are removed. */
async function liveSize(database: Pick<Database, 'all'>): Promise<number> {
  let size = 0
  for (const table of tables) {
    const [row] = await database.all(
      `SELECT pg_total_relation_size('${table}') AS total, pg_table_size('${table}') AS heap,
        (SELECT n_live_tup FROM pg_stat_user_tables WHERE relid = '${table}'::regclass) AS rows,
        (SELECT avg(pg_column_size(t.*)) FROM (SELECT * FROM ${table} TABLESAMPLE SYSTEM (1) LIMIT 1000) t) AS width`,
    )
    const [total, heap, rows] = [Number(row?.['total']), Number(row?.['heap']), Number(row?.['rows'])]
    const width = row?.['width']
    // A small table has no sample.
    const live = width === null || heap === 0 ? total : rows * (Number(width) + rowOverhead) * (total / heap)
    size += Math.min(total, live)
  }
  return size
}

/** Header and pointer of a row. */
const rowOverhead = 28

const INT8 = 20
const JSON_TYPE = 114
const connectTimeoutMs = 10_000
const ignored = () => undefined

class PostgresTransaction implements Transaction {
  readonly #client: PoolClient

  constructor(client: PoolClient) {
    this.#client = client
  }

  all(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]> {
    return query(this.#client, sql, parameters)
  }

  async run(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    const { rowCount } = await this.#client.query(numbered(sql), parameters.map(encoded))
    return rowCount ?? 0
  }

  async insert(plan: InsertPlan, rows: readonly (readonly SqlValue[])[]): Promise<number> {
    const { table, columns, ignoreRepeats, replaces } = plan
    const described = Object.entries(columns)
    const names = described.map(([name]) => `"${name}"`).join(', ')
    const arrays = described.map(([, type], at) => `$${at + 1}::${arrayTypes[type]}[]`).join(', ')
    const values = described.map(([name, type]) => (type === 'json' ? `t."${name}"::json` : `t."${name}"`)).join(', ')
    const others = described.flatMap(([name]) => (replaces?.includes(name) ? [] : [`"${name}" = excluded."${name}"`]))
    const key = replaces?.map(name => `"${name}"`).join(', ')
    const replacing = key === undefined ? '' : ` ON CONFLICT (${key}) DO UPDATE SET ${others.join(', ')}`
    const conflict = ignoreRepeats === true ? ' ON CONFLICT DO NOTHING' : replacing
    const text = `INSERT INTO ${table} (${names}) SELECT ${values} FROM unnest(${arrays}) AS t(${names})${conflict}`
    const byColumn = described.map((_, at) => rows.map(row => encoded(row[at] ?? null)))
    const { rowCount } = await this.#client.query({ name: `insert ${table}`, text, values: byColumn })
    return rowCount ?? 0
  }

  async update({ table, set, where, also }: UpdatePlan, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    const described = Object.entries(where)
    const arrays = described.map(([, type], at) => `$${at + 2}::${arrayTypes[type]}[]`).join(', ')
    const names = described.map(([name]) => `"${name}"`)
    const conditions = names.map(name => `${table}.${name} = t.${name}`)
    const text = `UPDATE ${table} SET "${set}" = t.new_value FROM unnest($1::bigint[], ${arrays}) AS t(new_value, ${names.join(', ')})
      WHERE ${[...conditions, also].join(' AND ')}`
    const byColumn = ['', ...described].map((_, at) => rows.map(row => encoded(row[at] ?? null)))
    await this.#client.query({ name: `update ${table}`, text, values: byColumn })
  }
}

const arrayTypes: Readonly<Record<ColumnType, string>> = {
  text: 'text',
  integer: 'bigint',
  bytes: 'bytea',
  json: 'text',
}

async function query(on: Pool | PoolClient, sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
  const { rows } = await on.query<Record<string, SqlValue>>(numbered(sql), parameters.map(encoded))
  return rows.map(decodedRow)
}

const numberedTexts = new Map<string, string>()

/** `?` for each parameter as PostgreSQL wants it. No SQL of koff has a question mark of another meaning. */
function numbered(sql: string): string {
  let text = numberedTexts.get(sql)
  if (text === undefined) {
    let count = 0
    text = sql.replaceAll('?', () => `$${++count}`)
    if (numberedTexts.size < mostTexts) numberedTexts.set(sql, text)
  }
  return text
}

const mostTexts = 1_000

function likePattern(pattern: string): string {
  return pattern
    .replaceAll(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_')
}

/** @throws KoffError USAGE where it is no URL. */
function nameOf(url: string): string {
  if (!URL.canParse(url)) throw new KoffError('USAGE', 'history: must be a file, or postgres://user@host/database')
  const { host, pathname, username } = new URL(url)
  return `postgres://${username === '' ? '' : `${username}@`}${host}${pathname}`
}
