import type { BatchCodecs, BatchFault, Compression, RecordBatch } from './batch.ts'
import { readInt64 } from './int64.ts'

/** A batch, or what was found in its place; the shapes of a source's inputs of the same kinds. */
export type BatchItem = { readonly kind: 'batch'; readonly batch: RecordBatch } | BatchFaultItem

export interface BatchFaultItem {
  readonly kind: 'fault'
  readonly fault: BatchFault
}

export interface BatchScanOptions {
  readonly partition: number
  readonly codecs: BatchCodecs
  /** For faults: which file the bytes are from, and where in it they begin (default 0). */
  readonly file?: string
  readonly fileOffset?: number
  /** More of the log follows `bytes`: a broken batch near their end is judged later, together with what follows it. */
  readonly hasMore?: boolean
  /** The maximum number of batches and faults; all unless given. */
  readonly limit?: number
}

/** A fault about the batch or message at `at`. */
export function batchFault(
  bytes: Buffer,
  at: number,
  options: BatchScanOptions,
  code: BatchFault['code'],
  reason: string,
): BatchFaultItem {
  const offset = bytes.length - at < 8 ? -1 : readInt64(bytes, at)
  return {
    kind: 'fault',
    fault: {
      ...(options.file === undefined ? {} : { file: options.file }),
      partition: options.partition,
      offset: Number.isSafeInteger(offset) && offset >= 0 ? offset : null,
      byteOffset: (options.fileOffset ?? 0) + at,
      code,
      reason,
    },
  }
}

/** The rest of a batch after its last readable record; `offset` is where that begins, or the batch. */
export function brokenBatch({ partition, byteOffset }: RecordBatch, offset: number, reason: string): BatchFault {
  return { partition, offset, byteOffset, code: 'BAD_BATCH', reason }
}

export function crcReason(name: string, actual: number, expected: number): string {
  return `${name} is ${hex(actual)}, its header says ${hex(expected)}`
}

export function decompressionReason(compression: Compression, error: unknown): string {
  return `${compression}: ${error instanceof Error ? error.message : String(error)}`
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0')
}
