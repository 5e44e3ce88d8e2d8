/**
 * Text from elsewhere (group ids, client ids, commit metadata: any Unicode) made safe for a terminal. Characters that
 * would move the cursor, change colours or the direction of writing, and invisible ones, are shown as escapes.
 */
export function terminalText(text: string): string {
  return text.toWellFormed().replace(unprintable, character => {
    const hex = (character.codePointAt(0) ?? 0).toString(16)
    return shortEscapes.get(character) ?? (hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`)
  })
}

/** Lines of JSON made safe for a terminal: the same JSON, with escapes for what `terminalText` escapes. */
export function terminalJson(lines: string): string {
  return lines.replace(unprintable, character => (character === '\n' ? character : jsonEscape(character)))
}

/** One escape for each UTF-16 unit (RFC 8259). */
function jsonEscape(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')
}

/**
 * The number of columns that text takes on a terminal; a wide character takes two. Exact for text without control
 * characters.
 */
export function columnsOf(text: string): number {
  if (plainAscii.test(text)) return text.length
  let columns = 0
  for (const { segment } of graphemes.segment(text)) columns += wide.test(segment) ? 2 : 1
  return columns
}

/** `text` in exactly `columns`: padded with spaces, or cut in the middle, because ids differ most at both ends. */
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
/**
 * Controls (C0, DEL, C1), line and paragraph separators, characters that Unicode calls ignorable (direction marks,
 * joiners, fillers, variation selectors, tags), and blanks other than the space. Names that differ only in these look
 * the same.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb\u2800]|(?! )\p{Zs}/gu
/** East Asian Wide and Fullwidth (Unicode UAX #11), in blocks, and emoji. */
const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u
const shortEscapes = new Map([
  ['\0', '\\0'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])
