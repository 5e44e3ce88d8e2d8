import type { Writable } from 'node:stream'
import { abortable } from '../../base/abortable.ts'
import { KoffError } from '../../base/errors.ts'
import { terminalJson } from '../../base/terminalText.ts'
import { isClosedPipe, unwritable, writeText } from '../../base/writeText.ts'
import type { Sink } from '../../engine/sink.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { eventLine } from '../../events/ndjson.ts'
import { type LineOptions, lineFormatter } from '../../terminal/events/line.ts'
import { inkFor } from '../../terminal/ink.ts'

export interface StdoutSinkOptions {
  /** Standard output unless given. It is never ended, because it belongs to the process. */
  readonly stream?: Writable
  /** `auto`, the default: readable lines on a terminal, NDJSON elsewhere. */
  readonly format?: 'auto' | 'human' | 'json'
  /** The format of readable lines; colours and width of the stream unless given. */
  readonly line?: LineOptions
}

export interface StdoutSink extends Sink {
  /**
   * Aborts when the reader of the stream is gone (EPIPE: `koff events | head`). This is not a failure: nothing is left
   * to do. Combine it with the signal that stops the run.
   */
  readonly closed: AbortSignal
}

/**
 * Events as lines, in order.
 *
 * Guarantee: a write resolves when the operating system has taken the lines, and waits for a slow reader. What breaks it:
 * nothing tells whether the reader did anything with them, and a write that aborts or fails may have written some lines,
 * the last one in part.
 * @throws KoffError SINK_FAILED where the stream fails otherwise, a full disk for one.
 */
export function stdoutSink({ stream = process.stdout, format = 'auto', line }: StdoutSinkOptions = {}): StdoutSink {
  const closed = new AbortController()
  const isTerminal = 'isTTY' in stream && stream.isTTY === true
  const forPeople = format === 'human' || (format === 'auto' && isTerminal)
  const json = isTerminal ? (event: KoffEvent) => terminalJson(eventLine(event)) : eventLine
  const lineOf = forPeople ? lineFormatter(line ?? { ink: inkFor(stream), width: () => columnsOf(stream) }) : json
  let disposed = false

  // A failing stream reports the error to the write and as an event, which ends the process without a listener.
  if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore)

  return {
    name: 'stdout',
    closed: closed.signal,
    async open(signal) {
      signal.throwIfAborted()
    },
    async write(events, signal) {
      if (disposed) throw new KoffError('SINK_FAILED', 'stdout: written to after it was closed')
      for (const text of chunks(events, lineOf)) {
        signal.throwIfAborted()
        closed.signal.throwIfAborted()
        try {
          await abortable(writeText(stream, text), signal)
        } catch (error) {
          signal.throwIfAborted()
          if (isClosedPipe(error)) closed.abort()
          closed.signal.throwIfAborted()
          throw unwritable('stdout', error)
        }
      }
    },
    async [Symbol.asyncDispose]() {
      disposed = true
    },
  }
}

/** Large enough for few system calls, small enough to stop soon and to keep memory flat. */
const chunkCharacters = 65_536

function* chunks(events: readonly KoffEvent[], lineOf: (event: KoffEvent) => string): Iterable<string> {
  let text = ''
  for (const event of events) {
    text += lineOf(event)
    if (text.length >= chunkCharacters) {
      yield text
      text = ''
    }
  }
  if (text !== '') yield text
}

function columnsOf(stream: Writable): number {
  const columns = 'columns' in stream ? stream.columns : undefined
  return typeof columns === 'number' && columns > 0 ? columns : Number.POSITIVE_INFINITY
}

function ignore(): void {}
