import { KoffError } from '../base/errors.ts'
import type { Path } from './document.ts'

/** Where something of a configuration stands, as a message begins with it. */
export interface Place {
  /** In the configuration file; 0 for what does not stand there. */
  readonly line: number
  /** `koff.yaml:7: sinks[0].topic`, or the flag or variable that says it. */
  readonly text: string
}

/** The place of what the path leads to; of what is around it where it is missing. */
export type PlaceOf = (path: Path) => Place

/** A message with its place before it. */
export function placed({ line, text }: Place, message: string): Place {
  return { line, text: `${text}: ${message}` }
}

/** One error for all that is wrong, a line each, each once, in the order of the file. */
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
