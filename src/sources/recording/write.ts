import { createWriteStream } from 'node:fs'
import { PassThrough, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { KoffError } from '../../base/errors.ts'
import { terminalJson } from '../../base/terminalText.ts'
import { unwritable, writeText } from '../../base/writeText.ts'
import type { Input } from '../../state/input.ts'
import { recordingLines } from './recordingLines.ts'

/** Writes a recording. Disposing of it ends the file; until then a gzipped one is incomplete. */
export interface RecordingWriter extends AsyncDisposable {
  /** Takes inputs in their order; resolves when more may come. Fails with SINK_FAILED. */
  write(inputs: readonly Input[]): Promise<void>
}

export interface RecordingWriterOptions {
  /** For the path `-`. Default: this process's. */
  readonly stdout?: Writable
}

/**
 * Writes to the file at `path`, gzipped if its name ends in `.gz`, and replaces an existing one; `-` is standard
 * output.
 */
export function openRecordingWriter(path: string, options: RecordingWriterOptions = {}): RecordingWriter {
  return path === '-' ? streamWriter(options.stdout ?? process.stdout) : fileWriter(path)
}

function streamWriter(stdout: Writable): RecordingWriter {
  const isTerminal = 'isTTY' in stdout && stdout.isTTY === true
  return {
    async write(inputs) {
      const lines = recordingLines(inputs)
      await put('standard output', stdout, isTerminal ? terminalJson(lines) : lines)
    },
    // It belongs to the process.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

function fileWriter(path: string): RecordingWriter {
  const head = path.endsWith('.gz') ? createGzip() : new PassThrough()
  // A destroyed transform drops its current write: the waiting caller is rejected from here.
  let giveUp: ((error: KoffError) => void) | undefined
  let failure: KoffError | undefined
  const done = pipeline(head, createWriteStream(path)).catch((error: unknown) => {
    failure = unwritable(path, error)
    giveUp?.(failure)
  })
  return {
    async write(inputs) {
      const { promise, reject } = Promise.withResolvers<never>()
      giveUp = reject
      await Promise.race([promise, put(path, head, recordingLines(inputs))]).catch((error: unknown) => {
        throw failure ?? error
      })
    },
    async [Symbol.asyncDispose]() {
      head.end()
      await done
      if (failure !== undefined) throw failure
    },
  }
}

async function put(name: string, stream: Writable, lines: string): Promise<void> {
  try {
    await writeText(stream, lines)
  } catch (error) {
    throw unwritable(name, error)
  }
}
