import type { Writable } from 'node:stream'
import { KoffError } from './errors.ts'
import { systemReason } from './systemReason.ts'

/**
 * Writes, and resolves when more may be written, so that a slow reader slows the writer down. Fails as the stream does.
 */
export async function writeText(stream: Writable, text: string): Promise<void> {
  if (text === '') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  stream.write(text, error => (error ? reject(error) : resolve()))
  await promise
}

/** True where a write failed because the reader of the pipe is gone. */
export function isClosedPipe(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED'
}

/** The failure to write to `name`, as SINK_FAILED. */
export function unwritable(name: string, error: unknown): KoffError {
  return new KoffError('SINK_FAILED', `${name}: cannot be written: ${systemReason(error)}`, { cause: error })
}
