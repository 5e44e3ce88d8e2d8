/**
 * A value that is too large for a message is stored in parts: under its own key stands how many there are, under the
 * keys of the pieces the text. All of them are in one transaction, so that at the end of the log they fit.
 */
interface PieceCount {
  readonly pieces: number
}

/** In UTF-8. With a key of the longest names that Kafka allows it fits into 1 MiB, the default of max.message.bytes. */
const pieceBytes = 512 * 1024

export function pieceKey(key: string, n: number): string {
  return JSON.stringify(['piece', n, ...(JSON.parse(key) as unknown[])])
}

/** Null for a key that is not one of a piece. */
export function keyOfPiece(key: string): { readonly key: string; readonly n: number } | null {
  if (!key.startsWith('["piece",')) return null
  const [, n, ...rest] = JSON.parse(key) as [string, number, ...unknown[]]
  return { key: JSON.stringify(rest), n }
}

export function countValue(pieces: number): string {
  return JSON.stringify({ pieces } satisfies PieceCount)
}

/** How many pieces stand for a value; null where it is the value itself. */
export function countOf(value: unknown): number | null {
  if (typeof value !== 'object' || value === null || !('pieces' in value)) return null
  return Object.keys(value).length === 1 && typeof value.pieces === 'number' ? value.pieces : null
}

/** Null for a value that is not too large. */
export function piecesOf(value: string): readonly string[] | null {
  // Three bytes of UTF-8 are the most that a UTF-16 unit takes.
  if (value.length * 3 <= pieceBytes || Buffer.byteLength(value) <= pieceBytes) return null
  const pieces: string[] = []
  for (let start = 0; start < value.length; ) {
    let end = Math.min(value.length, start + pieceBytes / 3)
    // A pair of surrogates that is cut through is no longer UTF-8.
    if (end < value.length && isHighSurrogate(value.charCodeAt(end - 1))) end--
    pieces.push(value.slice(start, end))
    start = end
  }
  return pieces
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
