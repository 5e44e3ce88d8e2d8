import type { Readable, Writable } from 'node:stream'
import type { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { terminalJson, terminalText } from '../base/terminalText.ts'
import { isClosedPipe, unwritable, writeText } from '../base/writeText.ts'
import { wrapText } from './wrap.ts'

/** Everything of the process that a command touches, so that a test can bring its own. */
export interface Shell {
  readonly stdin: Readable
  readonly stdout: Output
  readonly stderr: Output
  readonly variables: NodeJS.ProcessEnv
  /** Aborts, with an `Interruption`, when the user wants an end; commands then finish what they hold and resolve. */
  readonly signal: AbortSignal
}

/** A signal from outside, with the exit code of a program that ends because of it. */
export class Interruption extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super('interrupted')
    this.exitCode = exitCode
  }
}

/** The exit code of a command that stopped before its end if it was interrupted, and 0 otherwise. */
export function interruptionCode({ signal }: Shell): number {
  return signal.aborted && signal.reason instanceof Interruption ? signal.reason.exitCode : 0
}

/** 2 where the command line or a configuration is wrong, 1 for everything else. */
export function exitCodeOf({ code }: KoffError): number {
  return code === 'USAGE' || code === 'CONFIG_INVALID' ? 2 : 1
}

export type Output = Writable & {
  /** True where a person sees what is written. */
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** Whoever read the output has seen enough (`koff … | head`): nothing is wrong, but there is nothing left to do. */
export class OutputClosed extends Error {}

/** Writes and resolves when more may come, so that a slow reader slows the writer down. Fails with `OutputClosed`. */
export async function put(output: Output, text: string): Promise<void> {
  try {
    await writeText(output, text)
  } catch (error) {
    throw isClosedPipe(error) ? new OutputClosed() : unwritable('standard output', error)
  }
}

/** As `put`, of lines of JSON: on a terminal nothing in them commands it, or cannot be seen. */
export async function putJson(output: Output, lines: string): Promise<void> {
  await put(output, output.isTTY === true ? terminalJson(lines) : lines)
}

/**
 * One line on standard error, where it does not mix with what a command puts out. On a terminal it is wrapped between words.
 * Nothing in it commands a terminal.
 */
export function note({ stderr }: Pick<Shell, 'stderr'>, text: string): void {
  const width = stderr.isTTY === true ? (stderr.columns ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
  stderr.write(`${wrapText(`koff: ${terminalText(text)}`, { width, indent: 2 }).join('\n')}\n`)
}

/** Takes the line away that the cursor is in, for a terminal. */
export const eraseLine = '\r\x1b[K'

/** True where standard error is a terminal on which a line can be written over itself. */
export function isTerminal({ stderr, variables }: Pick<Shell, 'stderr' | 'variables'>): boolean {
  return stderr.isTTY === true && variables['TERM'] !== 'dumb'
}

/** For commands that a person or a script waits for: the words of every notice that concerns them, and no more. */
export function noteLog(shell: Shell): Log {
  const line = (message: string): void => {
    // A line of progress may stand there.
    if (isTerminal(shell)) shell.stderr.write(eraseLine)
    note(shell, message)
  }
  return { debug: () => undefined, info: line, warn: line, error: line }
}
