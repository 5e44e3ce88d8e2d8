import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { withInt64 } from '../coordinator/jsonValue.ts'
import { int64Of } from '../events/envelope.ts'
import { storedEvent } from '../events/storedEvent.ts'
import type { HistoryItem, OffsetPoint, OffsetsItem } from './items.ts'

/** JSON of so many characters goes into one record. */
const recordSize = 256 * 1024

/** Items as values of records for a topic, in order: lines of JSON, compressed. */
export function* packItems(items: readonly HistoryItem[]): Generator<Buffer, void> {
  let lines: string[] = []
  let size = 0
  for (const item of items) {
    const line = JSON.stringify(item, withInt64)
    if (lines.length > 0 && size + line.length > recordSize) {
      yield zstdCompressSync(lines.join('\n'))
      lines = []
      size = 0
    }
    lines.push(line)
    size += line.length + 1
  }
  if (lines.length > 0) yield zstdCompressSync(lines.join('\n'))
}

/**
 * Kinds of items that this version of koff does not know are left out.
 * @throws where the bytes are no items.
 */
export function unpackItems(value: Uint8Array): HistoryItem[] {
  const lines = zstdDecompressSync(value).toString().split('\n')
  return lines.flatMap(line => known(JSON.parse(line) as HistoryItem))
}

function known(item: HistoryItem): readonly HistoryItem[] {
  switch (item.kind) {
    case 'group':
    case 'topic':
    case 'coverage':
    case 'awaited':
      return [item]
    case 'offsets':
      return [{ ...item, points: item.points.map(exact) } satisfies OffsetsItem]
    case 'event': {
      const event = storedEvent(item.event)
      return event === null ? [] : [{ kind: 'event', event }]
    }
    default:
      return []
  }
}

/** JSON has a large offset as a text. */
function exact(point: OffsetPoint): OffsetPoint {
  const offset: unknown = point.offset
  return typeof offset === 'string' ? { ...point, offset: int64Of(BigInt(offset)) } : point
}
