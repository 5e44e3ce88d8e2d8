import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { Source } from '../../engine/source.ts'
import type { Input } from '../../state/input.ts'
import { type FileProgress, unreadable } from '../files.ts'
import { readRecording } from './readRecording.ts'

const READ_LENGTH = 256 * 1024

export interface RecordingOptions {
  /** Called with the bytes of the file that were read, after each chunk. */
  readonly progress?: (progress: FileProgress) => void
}

/** A recording in a file as a source. Fails with INPUT_UNREADABLE or RECORDING_INVALID when it is read. */
export function recordingSource(path: string, options: RecordingOptions = {}): Source {
  return {
    cluster: '',
    chunks: signal => chunks(path, options, signal),
    // The iterator closes the file
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

/** A recording that comes through a stream, as standard input does. */
export function recordingStreamSource(input: Readable, name: string): Source {
  return {
    cluster: '',
    chunks: signal => readRecording(input, name, signal),
    async [Symbol.asyncDispose]() {
      input.destroy()
    },
  }
}

async function* chunks(
  path: string,
  options: RecordingOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly Input[], void, undefined> {
  let size: number
  try {
    size = (await stat(path)).size
  } catch (error) {
    throw unreadable(path, error)
  }
  const input = createReadStream(path, { highWaterMark: READ_LENGTH })
  for await (const inputs of readRecording(input, path, signal)) {
    yield inputs
    options.progress?.({ path, position: input.bytesRead, size })
  }
}
