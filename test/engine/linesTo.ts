import type { Log } from '../../src/base/log.ts'

/** A log whose messages, of every level, are collected. */
export function linesTo(lines: string[]): Log {
  const take = (message: string) => void lines.push(message)
  return { debug: take, info: take, warn: take, error: take }
}
