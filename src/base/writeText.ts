import type { Writable } from 'node:stream'
import { KoffError } from './errors.ts'
import { systemReason } from './systemReason.ts'

/** Writes and resolves when more may come, so that a slow reader slows the writer down. Fails as the stream does. */
export async function writeText(stream: Writable, text: string): Promise<void> {
  if (text === '') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  stream.write(text, error => (error ? reject(error) : resolve()))
  await promise
}

/** True for the failure of a write to a pipe that nobody reads, now or since before. */
export function isClosedPipe(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED'
}

/** Why `name` cannot be written, as SINK_FAILED. */
export function unwritable(name: string, error: unknown): KoffError {
  return new KoffError('SINK_FAILED', `${name}: cannot be written: ${systemReason(error)}`, { cause: error })
}
