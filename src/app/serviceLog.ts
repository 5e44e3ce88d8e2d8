import { pino } from 'pino'
import type { Log } from '../base/log.ts'
import { terminalText } from '../base/terminalText.ts'
import type { Config } from '../config/schema.ts'
import { localTime } from '../terminal/clock.ts'
import { inkFor } from '../terminal/ink.ts'
import { eraseLine, isTerminal, type Shell } from '../terminal/shell.ts'

export interface ServiceLogOptions {
  readonly level: Config['logLevel']
  /** Of the deployment. */
  readonly name: string
  /** It goes to standard error. */
  readonly shell: Pick<Shell, 'stderr' | 'variables'>
}

/** The log of a service: a JSON object a line; on a terminal a line for people. */
export function serviceLog({ level, name, shell }: ServiceLogOptions): Log {
  const { stderr } = shell
  const lineOf = stderr.isTTY === true ? prettyLines(shell) : (line: string) => line
  const logger = pino(
    {
      level,
      base: { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
    },
    { write: line => void stderr.write(lineOf(line)) },
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
function prettyLines(shell: ServiceLogOptions['shell']): (line: string) => string {
  const ink = inkFor(shell.stderr)
  // First clears the rest of a progress line.
  const before = isTerminal(shell) ? eraseLine : ''
  return line => {
    const { level, time, msg } = JSON.parse(line) as Written
    const clock = localTime(Date.parse(time))?.slice(11) ?? time
    return `${before}${ink('gray', clock)} ${ink(colours[level], level.padEnd(5))} ${terminalText(msg)}\n`
  }
}
