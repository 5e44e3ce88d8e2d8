/**
 * UTF-8 as Java decodes it (`new String(bytes, UTF_8)`), and so as Kafka reads names. The two decoders differ only on
 * malformed input: Java makes one U+FFFD of an encoded surrogate (ED A0 80) and of a sequence that is cut off at the
 * end, where the WHATWG decoder makes up to three. A name that Kafka decodes differently would be a group of its own.
 */
export function decodeUtf8(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end)
  return text.includes(REPLACEMENT) ? decodeMalformed(bytes, start, end) : text
}

const REPLACEMENT = '\uFFFD'

function decodeMalformed(bytes: Buffer, start: number, end: number): string {
  let text = ''
  let at = start
  while (at < end) {
    const lead = bytes[at] as number
    const wanted = sequenceLength(lead)
    const found = wellFormed(bytes, at, Math.min(end, at + wanted), lead)
    if (found === wanted && !isSurrogate(bytes, at, lead)) text += bytes.toString('utf8', at, at + wanted)
    else text += REPLACEMENT
    at += found
  }
  return text
}

/**
 * The number of bytes that the lead byte announces; 1 for any other byte (ASCII, a continuation, C0, C1, F5 and up).
 */
function sequenceLength(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1
  if (lead < 0xe0) return 2
  return lead < 0xf0 ? 3 : 4
}

/** How many bytes from `at` on can begin a sequence: one U+FFFD replaces them when the sequence is incomplete. */
function wellFormed(bytes: Buffer, at: number, end: number, lead: number): number {
  let next = at + 1
  while (next < end) {
    const byte = bytes[next] as number
    if (byte < 0x80 || byte > 0xbf) break
    if (next === at + 1 && isOverlong(lead, byte)) break
    next++
  }
  return next - at
}

function isOverlong(lead: number, second: number): boolean {
  if (lead === 0xe0) return second < 0xa0
  if (lead === 0xf0) return second < 0x90
  return lead === 0xf4 && second > 0x8f
}

function isSurrogate(bytes: Buffer, at: number, lead: number): boolean {
  return lead === 0xed && (bytes[at + 1] as number) >= 0xa0
}
