import type { Log, LogLine } from '../base/log.ts'
import type { Telemetry } from './telemetry.ts'

/** Counts lines by level, also those below the level that is written; not those of `debug`. */
export function countedLog(log: Log, telemetry: Telemetry): Log {
  const counted =
    (level: keyof Log): LogLine =>
    (message, fields) => {
      telemetry.count('koff_log_lines_total', { level })
      log[level](message, fields)
    }
  return { debug: log.debug, info: counted('info'), warn: counted('warn'), error: counted('error') }
}
