/** What a notice is about, beside its words. Never a secret, and of a record never more than where it stands. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>

export type LogLine = (message: string, fields?: LogFields) => void

/**
 * Takes notices about koff's own work. The message says all that a person needs; the fields say what machines search by,
 * under the same names everywhere: `topic`, `partitions`, `reason`, `durationMs`, ….
 */
export interface Log {
  /** For whoever looks for a fault in koff itself. */
  readonly debug: LogLine
  /** What an operator likes to find: starts, ends, changes of who does what. */
  readonly info: LogLine
  /** Something does not work, and koff tries again; or something is lost. */
  readonly warn: LogLine
  /** koff gives up. */
  readonly error: LogLine
}

export const noLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

function ignore(): void {}
