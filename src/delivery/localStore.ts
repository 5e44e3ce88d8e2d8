import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { KoffError } from '../base/errors.ts'
import { systemReason } from '../base/systemReason.ts'
import type { StateChange } from '../state/stored/entry.ts'
import type { StateStore } from './stateStore.ts'

export interface LocalStoreOptions {
  /** The folder; created if it is missing. */
  readonly dir: string
  /** The name of the deployment; its file is `<dir>/<name>.db`. */
  readonly name: string
}

export interface LocalStore extends StateStore {
  /** The partitions of which something is stored. */
  partitions(): Promise<readonly number[]>
}

/** The version of the tables, not of their entries. */
const layoutVersion = 1
/** The number of entries that are read at once. */
const partSize = 5_000

/**
 * State in a file of this machine (SQLite in Node), for one process at a time: while it lives, a second one is refused.
 * Guarantee: a write is atomic and survives the end of the process, including kill -9. After a crash of the machine the
 * last writes may be missing: the events that followed from them then come again.
 * @throws KoffError STATE_UNAVAILABLE where the file cannot be used.
 */
export function localStore({ dir, name }: LocalStoreOptions): LocalStore {
  const path = join(dir, `${name}.db`)
  let opened: { readonly database: DatabaseSync; readonly put: StatementSync; readonly remove: StatementSync } | null =
    null

  const use = () => {
    if (opened === null) throw new KoffError('STATE_UNAVAILABLE', `state ${path}: used before it was opened`)
    return opened
  }
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw fault(error, path)
    }
  }

  return {
    name: 'local',
    async open(signal) {
      const { DatabaseSync } = await import('node:sqlite')
      signal.throwIfAborted()
      guarded(() => {
        makeFolder(dir)
        const database = new DatabaseSync(path)
        try {
          prepare(database, path)
          opened = {
            database,
            put: database.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?, ?)'),
            remove: database.prepare('DELETE FROM entries WHERE partition = ? AND key = ?'),
          }
        } catch (error) {
          database.close()
          throw error
        }
      })
    },
    async partitions() {
      const { database } = use()
      const rows = guarded(() => database.prepare('SELECT DISTINCT partition FROM entries ORDER BY 1').all())
      return rows.map(row => Number(row['partition']))
    },
    async *read(partition, signal) {
      const { database } = use()
      const rows = database.prepare('SELECT key, value FROM entries WHERE partition = ?').iterate(partition)
      let part: StateChange[] = []
      for (;;) {
        const { value: row, done } = guarded(() => rows.next())
        if (done === true) break
        part.push({ key: String(row['key']), value: String(row['value']) })
        if (part.length < partSize) continue
        signal.throwIfAborted()
        yield part
        part = []
      }
      if (part.length > 0) yield part
    },
    async write(partition, changes) {
      const { database, put, remove } = use()
      guarded(() => {
        database.exec('BEGIN')
        try {
          for (const { key, value } of changes) {
            if (value === null) remove.run(partition, key)
            else put.run(partition, key, value)
          }
          database.exec('COMMIT')
        } catch (error) {
          // With a full disk it is already rolled back.
          if (database.isTransaction) database.exec('ROLLBACK')
          throw error
        }
      })
    },
    async [Symbol.asyncDispose]() {
      opened?.database.close()
      opened = null
    },
  }
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
  } catch (error) {
    // On a read-only file system a recursive attempt reports a missing file; this one reports the reason.
    mkdirSync(dir)
    throw error
  }
}

/** Locks the file while it is open, and upgrades its tables to this version of koff. */
function prepare(database: DatabaseSync, path: string): void {
  // NORMAL writes to the disk at checkpoints, and otherwise to the operating system, which outlives the process.
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  database.exec('BEGIN IMMEDIATE')
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  if (version > layoutVersion) {
    throw new KoffError(
      'STATE_INVALID',
      `state ${path} was written by a newer version of koff; run that version, or delete the file to start from an empty state`,
    )
  }
  database.exec(`
    CREATE TABLE IF NOT EXISTS entries (
      partition INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (partition, key)
    ) WITHOUT ROWID;
    PRAGMA user_version = ${layoutVersion};
    COMMIT`)
}

function fault(error: unknown, path: string): KoffError {
  if (error instanceof KoffError) return error
  const isLocked = error instanceof Error && 'errcode' in error && error.errcode === 5
  const message = isLocked
    ? `state ${path}: another koff process uses it; give each deployment its own name or state.dir`
    : `state ${path}: ${systemReason(error)}; see state.dir`
  return new KoffError('STATE_UNAVAILABLE', message, { cause: error })
}
