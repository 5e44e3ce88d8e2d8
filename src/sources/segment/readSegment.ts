import { open } from 'node:fs/promises'
import type { BatchCodecs } from '../../kafka/records/batch.ts'
import { type BatchItem, batchFault } from '../../kafka/records/batchFault.ts'
import { BATCH_HEADER_LENGTH, MAGIC_AT, PREFIX } from '../../kafka/records/batchLayout.ts'
import { findBatch } from '../../kafka/records/findBatch.ts'
import { BATCHES_AT_A_TIME, openBatch, readBatches } from '../../kafka/records/readBatches.ts'
import type { ReaderThread } from '../../kafka/thread/readerThread.ts'
import { type FileProgress, isSystemError, unreadable } from '../files.ts'
import { FileWindow } from './fileWindow.ts'
import type { SegmentFile } from './segmentFile.ts'

export interface SegmentOptions {
  readonly codecs: BatchCodecs
  /** How much of the file is read at a time, in bytes; a longer batch makes it grow as far as it needs. */
  readonly chunkLength: number
  readonly thread: ReaderThread
  /** The length of a file, in bytes, from which it pays to have another thread read it. */
  readonly threadFrom: number
  /** Longer than any batch is: where a batch claims more, its length is not believed. */
  readonly maxBatchLength: number
  /** Called after each chunk. */
  readonly progress?: (progress: FileProgress) => void
}

/** A message of format v0 with neither key nor value. */
const MIN_BATCH_LENGTH = 26
/** Fewer zeros are more likely the beginning of an offset: a broker trims unused space, unless it crashes. */
const MIN_PADDING = 17
const EMPTY = Buffer.alloc(0)

/**
 * The batches of one segment file, in chunks that are valid until the next one is requested. An unreadable part is a
 * fault at its position: an incomplete last batch (TRUNCATED has the missing bytes), or other bytes, which are skipped
 * up to the next batch. Zeros up to the end are preallocated space (`log.preallocate`), not a fault. Fails with
 * INPUT_UNREADABLE where the file itself cannot be read.
 */
export async function* readSegment(
  file: SegmentFile,
  options: SegmentOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly BatchItem[], void, undefined> {
  try {
    await using handle = await open(file.path)
    const { size } = await handle.stat()
    const position = size < options.threadFrom ? 0 : yield* readSound({ file, fd: handle.fd, size }, options, signal)
    const window = new FileWindow(handle, { size, length: options.chunkLength, position })
    yield* walk(window, file, options, signal)
  } catch (error) {
    throw isSystemError(error) ? unreadable(file.path, error) : error
  }
}

interface OpenSegment {
  readonly file: SegmentFile
  readonly fd: number
  readonly size: number
}

/** The batches up to where the file is no longer sound, nearly always its end, which it returns. Another thread reads ahead. */
async function* readSound(
  { file: { partition, path }, fd, size }: OpenSegment,
  { codecs, thread, chunkLength, progress }: SegmentOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly BatchItem[], number, undefined> {
  let end = 0
  for await (const { bytes, bounds, position } of thread.soundParts({ fd, size, length: chunkLength })) {
    const count = bounds.length - 1
    const options = { partition, codecs, fileOffset: position }
    for (let first = 0; first < count; first += BATCHES_AT_A_TIME) {
      if (signal.aborted) return end
      const last = Math.min(first + BATCHES_AT_A_TIME, count)
      const items: BatchItem[] = []
      for (let at = first; at < last; at++) {
        items.push(openBatch(bytes, bounds[at] as number, bounds[at + 1] as number, options))
      }
      if (items.some(({ kind }) => kind === 'fault')) return end
      yield items
      end = position + (bounds[last] as number)
    }
    progress?.({ path, position: end, size })
  }
  return end
}

async function* walk(
  window: FileWindow,
  file: SegmentFile,
  options: SegmentOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly BatchItem[], void, undefined> {
  const { partition, path } = file
  let wanted = 0
  while (!signal.aborted) {
    await window.fill(Math.max(wanted, BATCH_HEADER_LENGTH))
    wanted = 0
    const where = {
      partition,
      codecs: options.codecs,
      file: path,
      fileOffset: window.position,
      hasMore: !window.isAtEnd,
      limit: BATCHES_AT_A_TIME,
    }
    const { items, consumed, isLost } = readBatches(window.bytes, where)
    if (items.length > 0) yield items
    window.drop(consumed)
    options.progress?.({ path, position: window.position, size: window.size })
    if (consumed > 0 && !isLost) continue
    const left = window.size - window.position
    if (left === 0) return
    const length = isLost ? 0 : batchLength(window.bytes)
    if (length > 0 && length <= left && length <= options.maxBatchLength) {
      wanted = length + BATCH_HEADER_LENGTH
      continue
    }
    // The lengths lead no further: the end of the log, or damage after which it may continue.
    const head = Buffer.from(window.bytes.subarray(0, MIN_BATCH_LENGTH))
    const from = window.position
    if (!isLost) window.drop(1)
    const next = await search(window, options)
    if (!isLost && next === 'zeros' && head[0] === 0 && left >= MIN_PADDING) return
    const isCut = !isLost && next !== 'batch' && (left < MIN_BATCH_LENGTH || isLikely(head, options.maxBatchLength))
    const skipped = `${window.position - from} bytes are skipped, up to ${next === 'batch' ? 'the next batch' : 'the end'}`
    const reason = isCut
      ? cutOff(length, left)
      : isLost
        ? skipped
        : `impossible batch length of ${length} bytes: ${skipped}`
    const code = isCut ? 'TRUNCATED' : 'BAD_BATCH'
    yield [batchFault(isLost ? EMPTY : head, 0, { ...where, fileOffset: from }, code, reason)]
    if (next !== 'batch') return
  }
}

/** How long the batch is that begins here, if enough of it is here to tell: else 0. */
function batchLength(bytes: Buffer): number {
  const length = bytes.length < MIN_BATCH_LENGTH ? 0 : PREFIX + bytes.readInt32BE(PREFIX - 4)
  return length < MIN_BATCH_LENGTH ? 0 : length
}

/** Can the batch that begins with `head` be valid, so that its end was cut off? */
function isLikely(head: Buffer, maxLength: number): boolean {
  const length = batchLength(head)
  return length > 0 && length <= maxLength && (head[MAGIC_AT] as number) <= 2
}

function cutOff(length: number, left: number): string {
  if (length === 0) return `the last batch is cut off: of its header, only ${left} bytes are there`
  return `the last batch is cut off: ${left} of its ${length} bytes are there, ${length - left} are missing`
}

/** Moves the window to the next batch, or to the end of the file: past nothing but zeros, or past other bytes. */
async function search(window: FileWindow, options: SegmentOptions): Promise<'batch' | 'zeros' | 'bytes'> {
  let onlyZeros = true
  for (;;) {
    await window.fill(2 * BATCH_HEADER_LENGTH)
    const { bytes, isAtEnd } = window
    const found = findBatch(bytes, 0, { codecs: options.codecs, maxLength: options.maxBatchLength, mayBeCut: !isAtEnd })
    const passed = found >= 0 ? found : isAtEnd ? bytes.length : bytes.length - BATCH_HEADER_LENGTH + 1
    onlyZeros &&= isZero(bytes.subarray(0, passed))
    window.drop(passed)
    if (found >= 0) return 'batch'
    if (isAtEnd) return onlyZeros ? 'zeros' : 'bytes'
  }
}

/** Compares a buffer with itself, shifted by one: in native code, unlike a loop over a whole preallocated segment. */
function isZero(bytes: Buffer): boolean {
  return bytes.length === 0 || (bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, -1)))
}
