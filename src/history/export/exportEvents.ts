import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { writeText } from '../../base/writeText.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { eventLine } from '../../events/ndjson.ts'
import { csvColumns, type EventFile, eventColumns } from './columns.ts'
import { parquetFile } from './parquet.ts'

export const exportFormats = ['parquet', 'csv', 'ndjson'] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportOptions {
  readonly events: AsyncIterable<readonly KoffEvent[]>
  readonly file: string
  readonly format: ExportFormat
  /** Called with how many events are written. */
  readonly progress?: ((count: number) => void) | undefined
}

/** Events to a file, which is there whole or not at all. Resolves with how many. */
export async function exportEvents({ events, file, format, progress }: ExportOptions): Promise<number> {
  const part = `${file}.part`
  let count = 0
  try {
    const target = format === 'parquet' ? await parquetFile(part) : textFile(part, format)
    for await (const piece of events) {
      await target.write(piece)
      count += piece.length
      progress?.(count)
    }
    await target.end()
    await rename(part, file)
    return count
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

function textFile(path: string, format: 'csv' | 'ndjson'): EventFile {
  const stream = createWriteStream(path)
  const opened = once(stream, 'open')
  const lineOf = format === 'ndjson' ? eventLine : csvLine
  let isBegun = false
  return {
    async write(events) {
      await opened
      const head = !isBegun && format === 'csv' ? `${csvColumns.join(',')}\r\n` : ''
      isBegun = true
      await writeText(stream, head + events.map(lineOf).join(''))
    },
    async end() {
      await opened
      if (!isBegun) await this.write([])
      stream.end()
      await finished(stream)
    },
  }
}

function csvLine(event: KoffEvent): string {
  const columns = eventColumns(event)
  return `${csvColumns.map(name => quoted(columns[name])).join(',')}\r\n`
}

/** RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe. */
function quoted(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
