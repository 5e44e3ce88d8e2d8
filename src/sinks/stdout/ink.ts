import { styleText } from 'node:util'

type Format = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>

/** Puts text into a style, or leaves it as it is where there is no colour. */
export type Ink = (formats: Format | readonly Format[], text: string) => string

/** Colours as the stream and the user want them: a terminal, unless NO_COLOR; FORCE_COLOR wins over both. */
export function inkFor(stream: NodeJS.WritableStream): Ink {
  return styleText('red', 'a', { stream }) === 'a' ? noInk : allInk
}

export const noInk: Ink = (_, text) => text

export const allInk: Ink = (formats, text) =>
  styleText(typeof formats === 'string' ? formats : [...formats], text, { validateStream: false })
