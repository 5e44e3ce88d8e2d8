import type { KoffEvent } from '../../events/envelope.ts'
import { type EventFile, eventColumns } from './columns.ts'

const required = ['id', 'type', 'severity', 'cluster', 'group', 'kind'] as const
const optional = ['topic', 'member', 'instance', 'client', 'host'] as const

/** Rows in one row group: that many are in memory. */
const rowGroupSize = 50_000

/** A Parquet file of events: `time` as TIMESTAMP_MILLIS, `data` as JSON, texts as UTF-8. */
export async function parquetFile(path: string): Promise<EventFile> {
  const { fileWriter, ParquetWriter } = await import('hyparquet-writer')
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const
  const schema = [
    { name: 'event', num_children: required.length + optional.length + 3 },
    { name: 'time', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'REQUIRED' } as const,
    ...required.map(name => ({ name, ...text, repetition_type: 'REQUIRED' }) as const),
    ...optional.map(name => ({ name, ...text, repetition_type: 'OPTIONAL' }) as const),
    { name: 'partition', type: 'INT32', repetition_type: 'OPTIONAL' } as const,
    { name: 'data', type: 'BYTE_ARRAY', converted_type: 'JSON', repetition_type: 'REQUIRED' } as const,
  ]
  const writer = new ParquetWriter({ writer: fileWriter(path), schema })
  let waiting: KoffEvent[] = []
  const flush = async () => {
    const rows = waiting.map(eventColumns)
    waiting = []
    const names = ['time', ...required, ...optional, 'partition', 'data'] as const
    const columnData = names.map(name => ({
      name,
      data: rows.map(row =>
        name === 'time' ? new Date(row.time ?? 0) : name === 'data' ? JSON.parse(String(row.data)) : row[name],
      ),
    }))
    await writer.write({ columnData, rowGroupSize })
  }
  return {
    async write(events) {
      for (const event of events) waiting.push(event)
      if (waiting.length >= rowGroupSize) await flush()
    },
    async end() {
      if (waiting.length > 0) await flush()
      await writer.finish()
    },
  }
}
