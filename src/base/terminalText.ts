/**
 * Text from elsewhere (group ids, client ids, commit metadata: any Unicode) as it may be shown on a terminal: what would
 * move the cursor, change colours or turn the direction of writing is shown as an escape instead of being obeyed.
 */
export function terminalText(text: string): string {
  return text.toWellFormed().replace(unprintable, character => {
    const code = character.codePointAt(0) ?? 0
    return shortEscapes.get(character) ?? `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** Columns that text takes on a terminal; a wide character takes two. Exact for text without control characters. */
export function columnsOf(text: string): number {
  if (plainAscii.test(text)) return text.length
  let columns = 0
  for (const { segment } of graphemes.segment(text)) columns += wide.test(segment) ? 2 : 1
  return columns
}

/** `text` in exactly `columns`: filled up with spaces, or cut in the middle, since ids tell most at both ends. */
export function inColumns(text: string, columns: number): string {
  const width = columnsOf(text)
  return width <= columns ? text + ' '.repeat(columns - width) : inColumns(shortened(text, columns), columns)
}

/** `text` in at most `columns`, with an ellipsis in place of its middle. */
export function shortened(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  const parts = Array.from(graphemes.segment(text), ({ segment }) => segment)
  const right = taken(parts.toReversed(), Math.floor((columns - 1) / 2)).reverse()
  return `${taken(parts, columns - 1 - columnsOf(right.join(''))).join('')}…${right.join('')}`
}

function taken(parts: readonly string[], columns: number): string[] {
  let left = columns
  const end = parts.findIndex(part => (left -= columnsOf(part)) < 0)
  return parts.slice(0, end === -1 ? parts.length : end)
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const plainAscii = /^[\x20-\x7e]*$/
/** C0, DEL and C1 controls, line and paragraph separators, and the marks that turn the direction of writing. */
const unprintable = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
/** East Asian Wide and Fullwidth (Unicode UAX #11), in blocks, and emoji. */
const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u
const shortEscapes = new Map([
  ['\0', '\\0'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])
