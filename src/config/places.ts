import { KoffError } from '../base/errors.ts'
import type { Path } from './document.ts'

/** The position of something in a configuration, for the beginning of a message. */
export interface Place {
  /** Line of the configuration file; 0 for a value that is not in it. */
  readonly line: number
  /** `koff.yaml:7: sinks[0].topic`, or the flag or variable. */
  readonly text: string
}

/** The position of the value at the path; of the surrounding value where it is missing. */
export type PlaceOf = (path: Path) => Place

/** A message after its position. */
export function placed({ line, text }: Place, message: string): Place {
  return { line, text: `${text}: ${message}` }
}

/** One error with all faults, one a line, without repeats, in the order of the file. */
export function configInvalid(faults: readonly Place[]): KoffError {
  const lines = faults.toSorted((a, b) => a.line - b.line).map(({ text }) => text)
  return new KoffError('CONFIG_INVALID', [...new Set(lines)].join('\n'))
}

/** `sinks[0].topic`. */
export function pathText(path: Path): string {
  return path
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '')
}
