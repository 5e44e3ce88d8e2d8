import { stripVTControlCharacters } from 'node:util'
import { columnsOf } from '../base/terminalText.ts'

export interface WrapOptions {
  /** Columns that a line may have; Infinity: no wrapping. */
  readonly width: number
  /** Of every line but the first. */
  readonly indent?: number
}

/**
 * One text in lines of at most `width`, broken at spaces and after commas, never inside a word: a word that is wider than a
 * line stands alone in one. Colours count for nothing.
 */
export function wrapText(text: string, { width, indent = 0 }: WrapOptions): string[] {
  if (visibleColumns(text) <= width) return [text]
  const lines: string[] = []
  let line = ''
  let columns = 0
  let isBegun = false
  for (const word of text.split(/(?<=[ ,])/)) {
    const wide = visibleColumns(word)
    // The space after the last word of a line may fall off its end.
    if (isBegun && columns + visibleColumns(word.trimEnd()) > width) {
      lines.push(line.trimEnd())
      line = ' '.repeat(indent)
      columns = indent
    }
    line += word
    columns += wide
    isBegun = true
  }
  return [...lines, line.trimEnd()]
}

/** Columns of a text with colours in it. */
export function visibleColumns(text: string): number {
  return columnsOf(text.includes('\x1b') ? stripVTControlCharacters(text) : text)
}
