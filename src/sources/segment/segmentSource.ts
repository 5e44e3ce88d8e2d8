import type { Source } from '../../engine/source.ts'
import { batchCodecs } from '../../kafka/codecs/codecs.ts'
import { borrowReaderThread } from '../../kafka/thread/readerThread.ts'
import type { Input } from '../../state/input.ts'
import { readSegment, type SegmentOptions } from './readSegment.ts'
import { inLogOrder, type SegmentFile } from './segmentFile.ts'

/** As fast as longer ones, and it stays in the processor's cache. */
const CHUNK_LENGTH = 1024 * 1024
/** Of the topic's default segment size: a batch cannot be longer than its segment. */
const MAX_BATCH_LENGTH = 128 * 1024 * 1024

/** A thread takes as long to start as reading this much. */
const THREAD_FROM = 8 * 1024 * 1024

export type SegmentSourceOptions = Partial<Omit<SegmentOptions, 'thread'>>

/** The segments of any partitions as a source: partition after partition, each in the order of its log. */
export function segmentSource(files: readonly SegmentFile[], options: SegmentSourceOptions = {}): Source {
  const settings = {
    codecs: batchCodecs(),
    chunkLength: CHUNK_LENGTH,
    threadFrom: THREAD_FROM,
    maxBatchLength: MAX_BATCH_LENGTH,
    ...options,
  }
  return {
    cluster: '',
    chunks: signal => chunks(inLogOrder(files), settings, signal),
    // Each file is closed by the iterator that has it open
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

async function* chunks(
  files: readonly SegmentFile[],
  options: Omit<SegmentOptions, 'thread'>,
  signal: AbortSignal,
): AsyncGenerator<readonly Input[], void, undefined> {
  using thread = borrowReaderThread()
  for (const file of files) yield* readSegment(file, { ...options, thread }, signal)
}
