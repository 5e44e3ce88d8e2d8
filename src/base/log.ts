/** What a notice is about, beside its text. Never a secret; of a record only its position. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>

export type LogLine = (message: string, fields?: LogFields) => void

/**
 * Takes notices about koff's own work. The message is complete for a person. The fields are for searches and have the
 * same names everywhere: `topic`, `partitions`, `reason`, `durationMs`, ….
 */
export interface Log {
  /** For debugging koff itself. */
  readonly debug: LogLine
  /** What an operator wants to see: starts, ends, changes of ownership. */
  readonly info: LogLine
  /** Something failed and koff retries, or something is lost. */
  readonly warn: LogLine
  /** koff gives up. */
  readonly error: LogLine
}

export const noLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

function ignore(): void {}
