import { openPostgres } from './postgres/database.ts'
import { type Pruned, type PruneOptions, prune, timeForSize } from './prune.ts'
import type { Database } from './sql/database.ts'
import { checkVersion, migrate } from './sql/migrations.ts'
import { Writer } from './sql/writer.ts'
import { IN_MEMORY, openSqlite, type SqliteOptions } from './sqlite/database.ts'
import { openThreadReader } from './sqlite/thread/threadReader.ts'
import type { HistoryReader, HistoryStore } from './store.ts'

/**
 * Opens a history for writing: makes it where it is not there, and migrates it.
 * @param place the file of a SQLite database, or the URL of a PostgreSQL database.
 */
export async function openHistory(place: string): Promise<HistoryStore> {
  const database = await openDatabase(place, { mode: 'write' })
  await using opening = new AsyncDisposableStack()
  opening.use(database)
  await migrate(database)
  opening.move()
  return storeOf(database)
}

/**
 * A history in memory, for writing and for queries.
 * @param timeLimitMs how long a query may take.
 */
export async function openMemoryHistory(timeLimitMs: number): Promise<HistoryStore> {
  const database = await openSqlite({ file: IN_MEMORY, mode: 'write', timeLimitMs })
  await migrate(database)
  return storeOf(database)
}

/** Opens a history that is there, for queries; beside instances that write to it. */
export async function readHistory(place: string, timeLimitMs?: number): Promise<HistoryReader & AsyncDisposable> {
  const database = await openDatabase(place, { mode: 'read', timeLimitMs })
  await using opening = new AsyncDisposableStack()
  opening.use(database)
  await checkVersion(database)
  opening.move()
  return database
}

/** The same for a service that has other work: a query of SQLite does not run on the calling thread. */
export async function readHistoryBeside(place: string, timeLimitMs: number): Promise<HistoryReader & AsyncDisposable> {
  return isUrl(place) ? readHistory(place, timeLimitMs) : openThreadReader({ file: place, timeLimitMs })
}

export interface PruneHistoryOptions extends PruneOptions {
  /** The oldest goes until about so many bytes are left; no limit unless given. */
  readonly bytes?: number | undefined
}

/** Removes old rows from an existing history. */
export async function pruneHistory(place: string, { bytes, ...options }: PruneHistoryOptions): Promise<Pruned> {
  await using database = await openDatabase(place, { mode: 'write' })
  await migrate(database)
  return await pruneTo(database, { bytes, ...options })
}

async function pruneTo(database: Database, { bytes, before, ...options }: PruneHistoryOptions): Promise<Pruned> {
  const bySize = bytes === undefined ? undefined : await timeForSize(database, bytes)
  const times = [before, bySize].filter(time => time !== undefined)
  return prune(database, { ...options, before: times.length === 0 ? undefined : Math.max(...times) })
}

function openDatabase(place: string, options: Pick<SqliteOptions, 'mode' | 'timeLimitMs'>): Promise<Database> {
  return isUrl(place) ? openPostgres({ url: place, ...options }) : openSqlite({ file: place, ...options })
}

function isUrl(place: string): boolean {
  return /^postgres(ql)?:/.test(place)
}

function storeOf(database: Database): HistoryStore {
  const writer = new Writer()
  return {
    name: database.name,
    all: (sql, parameters) => database.all(sql, parameters),
    glob: (column, pattern) => database.glob(column, pattern),
    async write(items, signal) {
      signal?.throwIfAborted()
      try {
        return await database.transaction(transaction => writer.write(transaction, items))
      } catch (error) {
        writer.forget()
        throw error
      }
    },
    prune: options => pruneTo(database, options),
    size: () => database.size(),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
