import { open, readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { KoffError } from '../../base/errors.ts'
import { unreadable } from '../files.ts'

/** A file of one partition's log. */
export interface SegmentFile {
  readonly path: string
  readonly partition: number
  /** Offset of the first batch in it; -1 where the file is too short to tell. */
  readonly firstOffset: number
}

/** Named by its first offset, as brokers do: other logs end in `.log` too. */
const SEGMENT = /^\d{20}\.log$/
const PARTITION_DIRECTORY = /^__consumer_offsets-(\d{1,9})$/

/**
 * Looks at the beginning of a segment file. Its partition is `partition`, else the one in its directory's name
 * (`__consumer_offsets-7`), else 0. Fails with INPUT_UNREADABLE.
 */
export async function segmentFile(path: string, partition?: number): Promise<SegmentFile> {
  const named = PARTITION_DIRECTORY.exec(basename(dirname(resolve(path))))
  const head = await readHead(path, 8)
  return {
    path,
    partition: partition ?? (named === null ? 0 : Number(named[1])),
    firstOffset: head.length < 8 ? -1 : Number(head.readBigInt64BE(0)),
  }
}

/**
 * The segments in a partition's directory, or in the partition directories of `__consumer_offsets` in a broker's log
 * directory. Fails with INPUT_UNREADABLE where there is none.
 */
export async function segmentFilesIn(directory: string, partition?: number): Promise<SegmentFile[]> {
  const names = await list(directory)
  const paths = segmentNames(names).map(name => join(directory, name))
  if (paths.length === 0) {
    for (const name of names.filter(name => PARTITION_DIRECTORY.test(name))) {
      const inner = join(directory, name)
      paths.push(...segmentNames(await list(inner)).map(file => join(inner, file)))
    }
  }
  if (paths.length === 0) {
    const wanted = 'neither segments (00000000000000000000.log) nor directories __consumer_offsets-N with segments'
    throw new KoffError('INPUT_UNREADABLE', `${directory}: holds ${wanted}`)
  }
  return Promise.all(paths.map(path => segmentFile(path, partition)))
}

/** By partition, then in the order of the log. */
export function inLogOrder(files: readonly SegmentFile[]): SegmentFile[] {
  return [...files].sort((a, b) => a.partition - b.partition || a.firstOffset - b.firstOffset)
}

/** The first bytes of a file: `length` of them, or all it has. Fails with INPUT_UNREADABLE. */
export async function readHead(path: string, length: number): Promise<Buffer> {
  try {
    await using handle = await open(path)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    throw unreadable(path, error)
  }
}

function segmentNames(names: readonly string[]): string[] {
  return names.filter(name => SEGMENT.test(name))
}

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    throw unreadable(directory, error)
  }
}
