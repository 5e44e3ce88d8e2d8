import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { KoffError } from '../base/errors.ts'
import type { Source } from '../engine/source.ts'
import { beginsBatch } from '../kafka/records/findBatch.ts'
import type { Input } from '../state/input.ts'
import { type FileProgress, unreadable } from './files.ts'
import { recordingSource, recordingStreamSource } from './recording/recordingSource.ts'
import { readHead, type SegmentFile, segmentFile, segmentFilesIn } from './segment/segmentFile.ts'
import { segmentSource } from './segment/segmentSource.ts'

export interface OpenFilesOptions {
  /** The partition of all segments without one in their directory's name. */
  readonly partition?: number
  /** The stream for the path `-`. Default: standard input. */
  readonly stdin?: Readable
  /** Called after each chunk of a file, with its progress in bytes. */
  readonly progress?: (progress: FileProgress) => void
}

/**
 * Files as one source: recordings (NDJSON, plain or gzipped; `-` is standard input), segment files, a partition's
 * directory, a broker's log directory. What a file is, its content tells. Recordings come in the order given; all
 * segments in the place of the first one, by partition and then in the order of the log. Fails with INPUT_UNREADABLE
 * where one is missing, or is neither.
 */
export async function openFiles(paths: readonly string[], options: OpenFilesOptions = {}): Promise<Source> {
  const progress = options.progress === undefined ? {} : { progress: options.progress }
  const segments: SegmentFile[] = []
  const sources: (Source | 'segments')[] = []
  for (const path of paths) {
    if (path === '-') {
      sources.push(recordingStreamSource(options.stdin ?? process.stdin, 'standard input'))
      continue
    }
    const stats = await statOf(path)
    if (stats.isDirectory()) {
      segments.push(...(await segmentFilesIn(path, options.partition)))
      sources.push('segments')
    } else if (stats.isFile() && (await isSegment(path))) {
      segments.push(await segmentFile(path, options.partition))
      sources.push('segments')
    } else {
      // Also pipes, which cannot be inspected before reading.
      sources.push(recordingSource(path, progress))
    }
  }
  const first = sources.indexOf('segments')
  return oneAfterTheOther(
    sources.flatMap((source, i) =>
      source !== 'segments' ? [source] : i === first ? [segmentSource(segments, progress)] : [],
    ),
  )
}

function oneAfterTheOther(sources: readonly Source[]): Source {
  return {
    cluster: '',
    async *chunks(signal: AbortSignal): AsyncGenerator<readonly Input[], void, undefined> {
      for (const source of sources) yield* source.chunks(signal)
    },
    async [Symbol.asyncDispose]() {
      for (const source of sources) await source[Symbol.asyncDispose]()
    },
  }
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

const HEAD_LENGTH = 4_096

/** A segment, or else a recording; INPUT_UNREADABLE for other files. */
async function isSegment(path: string): Promise<boolean> {
  const head = await readHead(path, HEAD_LENGTH)
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  if (isGzip || /^\s*(\{|$)/.test(head.toString('latin1'))) return false
  if (path.endsWith('.log') || (head.length > 16 && beginsBatch(head, 0))) return true
  throw new KoffError('INPUT_UNREADABLE', `${path}: neither a recording (NDJSON, gzipped or not) nor a log segment`)
}
