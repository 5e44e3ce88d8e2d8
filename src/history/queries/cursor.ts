import { KoffError } from '../../base/errors.ts'

/** A place in a list, as a text that a client gives back: what the list is of, then the values of the row. */
export function cursorText(of: string, place: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify([of, ...place])).toString('base64url')
}

/**
 * The values in a cursor.
 * @throws KoffError USAGE where it is not a cursor of that list.
 */
export function cursorPlace(
  text: string,
  of: string,
  types: readonly ('string' | 'number' | 'any')[],
): readonly unknown[] {
  let values: unknown = null
  try {
    values = JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    // It is refused below.
  }
  if (Array.isArray(values) && values.length === types.length + 1 && values[0] === of) {
    const place: readonly unknown[] = values.slice(1)
    if (types.every((type, at) => type === 'any' || typeof place[at] === type)) return place
  }
  throw new KoffError(
    'USAGE',
    `cursor ${JSON.stringify(text.slice(0, 100))} belongs to another question, or is damaged; use next of the last answer`,
  )
}
