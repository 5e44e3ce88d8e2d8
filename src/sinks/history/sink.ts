import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { KoffError } from '../../base/errors.ts'
import { retry } from '../../base/retry.ts'
import type { Sink } from '../../engine/sink.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { eventLine } from '../../events/ndjson.ts'

export interface HistorySinkOptions {
  /** Made where it is not there, with its folder. */
  readonly file: string
  /** How long `write` tries while another program has the file locked; 2 min unless given. */
  readonly deliveryTimeoutMs?: number | undefined
  /** Called before something that failed is repeated. */
  readonly retried?: ((error: KoffError) => void) | undefined
}

interface Opened {
  readonly database: DatabaseSync
  readonly put: StatementSync
}

/** Events in one transaction: a program that reads has to wait for no more than this. */
const writeSize = 500
/** SQLite's own codes: busy, and locked. */
const passing = new Set([5, 6])

/**
 * Events in the table `events` of a SQLite file (the SQLite in Node), each once: a history that outlives its groups. `id` and
 * `cluster` are its key, the other columns are what one asks by, `event` is the whole as JSON.
 *
 * Guarantee: each event once, in the order of writing (`rowid`), on the disk when a write resolves. What breaks it: a disk
 * that lies about what it has. Nothing is ever removed: what is too old is the user's to delete.
 * @throws KoffError SINK_FAILED, retriable where another program has the file locked or the disk is full.
 */
export function historySink({ file, deliveryTimeoutMs = 120_000, retried }: HistorySinkOptions): Sink {
  let opened: Opened | null = null
  let closed = false

  const fault = (error: unknown): KoffError => {
    const reason = error instanceof Error ? error.message : String(error)
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
    // 13: the disk is full.
    const retriable = passing.has(code) || code === 13
    return new KoffError('SINK_FAILED', `history ${file}: ${reason}`, { retriable, cause: error })
  }
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw fault(error)
    }
  }

  return {
    name: 'history',
    async open(signal, opening) {
      const { DatabaseSync } = await import('node:sqlite')
      const attempt = async () => {
        opened ??= guarded(() => openDatabase(new DatabaseSync(prepared(file))))
      }
      await retry(attempt, { signal, timeoutMs: deliveryTimeoutMs, retried, watch: opening?.(`history ${file}`) })
    },
    async write(events, signal) {
      signal.throwIfAborted()
      for (let at = 0; at < events.length; at += writeSize) {
        const part = events.slice(at, at + writeSize)
        const attempt = async () => {
          if (closed) throw new KoffError('SINK_FAILED', `history ${file}: written to after it was closed`)
          if (opened === null) throw new KoffError('SINK_FAILED', `history ${file}: written to before it was opened`)
          const { database, put } = opened
          guarded(() => insert(database, put, part))
        }
        await retry(attempt, { signal, timeoutMs: deliveryTimeoutMs, retried })
        // SQLite in Node works on this thread: others have their turn in between.
        await sleep(0)
        signal.throwIfAborted()
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true
      opened?.database.close()
      opened = null
    },
  }
}

function prepared(file: string): string {
  mkdirSync(dirname(file), { recursive: true })
  return file
}

function openDatabase(database: DatabaseSync): Opened {
  try {
    // Whoever waits for a lock waits without holding up everything else: no busy timeout. FULL: what is committed is on the disk.
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec(`
      CREATE TABLE IF NOT EXISTS events (
        id TEXT NOT NULL, cluster TEXT NOT NULL, type TEXT NOT NULL, "group" TEXT NOT NULL, groupType TEXT NOT NULL,
        time INTEGER NOT NULL, severity TEXT NOT NULL, event TEXT NOT NULL, UNIQUE (cluster, id)
      );
      CREATE INDEX IF NOT EXISTS events_by_group ON events ("group", time);
      CREATE INDEX IF NOT EXISTS events_by_time ON events (time);
    `)
    const put = database.prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    return { database, put }
  } catch (error) {
    database.close()
    throw error
  }
}

function insert(database: DatabaseSync, put: StatementSync, events: readonly KoffEvent[]): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const event of events) {
      const { id, cluster, type, group, groupType, time, severity } = event
      put.run(id, cluster, type, group, groupType, time, severity, eventLine(event).trimEnd())
    }
    database.exec('COMMIT')
  } catch (error) {
    // A full disk has rolled it back already.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
