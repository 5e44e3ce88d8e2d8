import { realpathSync, rmSync, statSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import type { DatabaseSync } from 'node:sqlite'
import { type ErrorCode, KoffError } from '../../base/errors.ts'
import { systemReason } from '../../base/systemReason.ts'

export interface HistoryBackup {
  readonly events: number
  /** Time of the newest event, ms; null where there is none. */
  readonly newest: number | null
}

/**
 * Copies a history as it is at one moment, with what is only in its write-ahead log, while koff writes to it or not. The copy is
 * one file, and is there whole or not at all; what was at `copy` is replaced.
 *
 * @throws KoffError INPUT_UNREADABLE where `file` is no history, HISTORY_UNAVAILABLE where the copy cannot be written.
 */
export async function backupHistory(file: string, copy: string): Promise<HistoryBackup> {
  const source = await opened(file, copy)
  const part = `${copy}.part`
  try {
    const { backup } = await import('node:sqlite')
    rmSync(part, { force: true })
    // All pages in one step: between two, a program that writes would make it begin again.
    await backup(source, part, { rate: allPages })
    const made = await finished(part)
    await rename(part, copy)
    return made
  } catch (error) {
    rmSync(part, { force: true })
    throw failure('HISTORY_UNAVAILABLE', `${copy}: cannot be written`, error)
  } finally {
    source.close()
  }
}

const allPages = 2 ** 31 - 1

async function opened(file: string, copy: string): Promise<DatabaseSync> {
  const { DatabaseSync } = await import('node:sqlite')
  let database: DatabaseSync | undefined
  try {
    // SQLite says of a file that is not there, and of a folder, no more than that it cannot be opened.
    if (!statSync(file).isFile()) throw new Error('is not a file')
    if (realpathSync(file) === realPathIfThere(copy)) {
      throw new KoffError('USAGE', `${copy} is the history itself: name another file for the copy`)
    }
    database = new DatabaseSync(file, { readOnly: true })
    const table = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'events'").get()
    if (table === undefined) throw new Error('is no history of koff: it has no table events')
    return database
  } catch (error) {
    database?.close()
    throw failure('INPUT_UNREADABLE', file, error)
  }
}

function realPathIfThere(path: string): string | null {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? null : realpathSync(path)
}

/** Without a write-ahead log the copy can be read where nothing can be written. */
async function finished(part: string): Promise<HistoryBackup> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(part)
  try {
    database.exec('PRAGMA journal_mode = DELETE')
    const row = database.prepare('SELECT count(*) AS events, max(time) AS newest FROM events').get()
    const newest = row?.['newest']
    return { events: Number(row?.['events']), newest: typeof newest === 'number' ? newest : null }
  } finally {
    database.close()
    await using handle = await open(part, 'r+')
    await handle.sync()
  }
}

function failure(code: ErrorCode, what: string, error: unknown): KoffError {
  if (error instanceof KoffError) return error
  return new KoffError(code, `${what}: ${systemReason(error)}`, { cause: error })
}
