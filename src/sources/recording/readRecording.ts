import { addAbortSignal, pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { KoffError } from '../../base/errors.ts'
import type { Input } from '../../state/input.ts'
import { isSystemError, unreadable } from '../files.ts'
import { assembleBatches, type BatchAssembly } from './assembleBatches.ts'
import { parseLine } from './lines.ts'

/** Longer than the line of any record that a broker accepts. */
const MAX_LINE_LENGTH = 64 * 1024 * 1024
const GUNZIP_CHUNK_LENGTH = 256 * 1024
const LF = 10
const EMPTY = Buffer.alloc(0)

/**
 * The inputs of a recording, NDJSON plain or gzipped, whatever its name says. A broken line ends it with
 * RECORDING_INVALID, which names the line, after all that is complete before it; so does a gzip stream that is cut off.
 *
 * @param name how errors call it
 */
export async function* readRecording(
  input: Readable,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<readonly Input[], void, undefined> {
  const assembly = assembleBatches()
  let line = 0
  let failure: unknown
  const tooLong = (): KoffError =>
    invalid(`${name}, line ${line + 1}`, new Error(`is longer than ${MAX_LINE_LENGTH} bytes`))
  try {
    for await (const texts of lines(unzipped(addAbortSignal(signal, input)), tooLong)) {
      try {
        for (const text of texts) {
          line++
          addLine(assembly, text)
        }
      } catch (error) {
        failure = invalid(`${name}, line ${line}`, error)
      }
      const inputs = assembly.take('complete')
      if (inputs.length > 0) yield inputs
      // Chunks that were read ahead of an abort are dropped.
      if (signal.aborted) return
      if (failure !== undefined) break
    }
  } catch (error) {
    if (signal.aborted) return
    failure = isGzipError(error)
      ? invalid(`${name}, after line ${line}: gzip`, error)
      : isSystemError(error)
        ? unreadable(name, error)
        : error
  }
  if (failure !== undefined) throw failure
  const rest = assembly.take('all')
  if (rest.length > 0) yield rest
}

function addLine(assembly: BatchAssembly, text: string): void {
  if (isBlank(text)) return
  const line = parseLine(text)
  if (!('kind' in line)) {
    assembly.addRecord(line)
    return
  }
  if (line.kind !== 'fault') {
    assembly.addInput(line)
    return
  }
  const { kind, file, position: byteOffset, ...rest } = line
  const fault = { ...rest, byteOffset }
  assembly.addInput({ kind, fault: file === undefined ? fault : { ...fault, file } })
}

/** The complete lines of each chunk; the text after the last line feed is a line, too. */
async function* lines(
  chunks: AsyncIterable<Buffer>,
  tooLong: () => KoffError,
): AsyncGenerator<readonly string[], void, undefined> {
  let parts: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    const texts: string[] = []
    let start = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      texts.push(length === 0 ? chunk.toString('utf8', start, end) : joined([...parts, chunk.subarray(start, end)]))
      parts = []
      length = 0
      start = end + 1
    }
    parts.push(chunk.subarray(start))
    length += chunk.length - start
    yield texts
    if (length > MAX_LINE_LENGTH) throw tooLong()
  }
  yield [joined(parts)]
}

function joined(parts: readonly Buffer[]): string {
  return Buffer.concat(parts).toString()
}

function isBlank(text: string): boolean {
  return /^\s*$/.test(text)
}

/** Decompresses input that begins with gzip's magic number (RFC 1952). */
async function* unzipped(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const chunks = input[Symbol.asyncIterator]()
  let head: Buffer = EMPTY
  while (head.length < 2) {
    const next = await chunks.next()
    if (next.done === true) break
    head = Buffer.concat([head, next.value])
  }
  const all = startingWith(head, chunks)
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* all
    return
  }
  // The iteration of `gunzip` throws what fails in any of them
  const gunzip = createGunzip({ chunkSize: GUNZIP_CHUNK_LENGTH })
  pipeline(Readable.from(all), gunzip, () => undefined)
  yield* gunzip as AsyncIterable<Buffer>
}

async function* startingWith(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  yield head
  yield* { [Symbol.asyncIterator]: () => rest }
}

function invalid(where: string, error: unknown): KoffError {
  const why = error instanceof Error ? error.message : String(error)
  return new KoffError('RECORDING_INVALID', `${where}: ${why}`, { cause: error })
}

function isGzipError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
}
