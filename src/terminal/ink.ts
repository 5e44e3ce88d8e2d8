import { styleText } from 'node:util'
import { noInk } from './noInk.ts'

export type Format = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>

/** Puts text into a style, or leaves it as it is where there is no colour. */
export type Ink = (formats: Format | readonly Format[], text: string) => string

export const colorChoices = ['auto', 'always', 'never'] as const

export interface InkOptions {
  /** What `--color` says; default `auto`. */
  readonly color?: (typeof colorChoices)[number]
  readonly variables?: NodeJS.ProcessEnv
}

/** `auto`: colours on a terminal, unless NO_COLOR is set or the terminal is dumb; FORCE_COLOR wins over both. */
export function inkFor(
  stream: NodeJS.WritableStream,
  { color = 'auto', variables = process.env }: InkOptions = {},
): Ink {
  if (color !== 'auto') return color === 'always' ? allInk : noInk
  const isSet = (name: string) => (variables[name] ?? '') !== ''
  if (isSet('FORCE_COLOR')) return variables['FORCE_COLOR'] === '0' ? noInk : allInk
  const isTerminal = 'isTTY' in stream && stream.isTTY === true
  return isTerminal && !isSet('NO_COLOR') && variables['TERM'] !== 'dumb' ? allInk : noInk
}

export const allInk: Ink = (formats, text) =>
  styleText(typeof formats === 'string' ? formats : [...formats], text, { validateStream: false })
