import { pino } from 'pino'
import type { Config } from '../config/schema.ts'
import type { Log } from '../runtime/log.ts'
import { inkFor } from '../sinks/stdout/ink.ts'
import { terminalText } from '../sinks/stdout/terminalText.ts'
import type { Output } from './shell.ts'

export interface ServiceLogOptions {
  readonly level: Config['logLevel']
  /** Of the deployment. */
  readonly name: string
  /** Standard error. */
  readonly output: Output
}

/** The log of a service: a JSON object a line; on a terminal a line for people. */
export function serviceLog({ level, name, output }: ServiceLogOptions): Log {
  const lineOf = output.isTTY === true ? prettyLines(output) : (line: string) => line
  const logger = pino(
    {
      level,
      base: { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
    },
    { write: line => void output.write(lineOf(line)) },
  )
  return {
    debug: (message, fields) => logger.debug(fields, message),
    info: (message, fields) => logger.info(fields, message),
    warn: (message, fields) => logger.warn(fields, message),
    error: (message, fields) => logger.error(fields, message),
  }
}

const colours = { debug: 'gray', info: 'cyan', warn: 'yellow', error: 'red' } as const

interface Written {
  readonly level: keyof typeof colours
  readonly time: string
  readonly msg: string
}

/** `14:03:07.123 warn  message`: what the fields say the message says too. */
function prettyLines(output: Output): (line: string) => string {
  const ink = inkFor(output)
  return line => {
    const { level, time, msg } = JSON.parse(line) as Written
    const text = `${ink('gray', clock(time))} ${ink(colours[level], level.padEnd(5))} ${terminalText(msg)}\n`
    // What is left of a line that is written over itself goes first.
    return `\r\x1b[K${text}`
  }
}

/** The local time of day. */
function clock(time: string): string {
  const at = new Date(time)
  return `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`
}
