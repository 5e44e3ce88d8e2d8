import { columnsOf, shortened } from '../base/terminalText.ts'

/** With more names than this, those that were shown first may be shown by the name of another one. */
const mostRemembered = 20_000

/**
 * Shortens names so that no two that are shown look the same, and each looks the same every time. A name that fits stays whole.
 * Where the beginning and the end of two names are equal, the part in which they differ is kept.
 */
export class ShortNames {
  readonly #width: number
  readonly #shortOf = new Map<string, string>()
  readonly #nameOf = new Map<string, string>()

  constructor(width: number) {
    this.#width = Math.max(4, width)
  }

  of(name: string): string {
    const known = this.#shortOf.get(name)
    if (known !== undefined) return known
    if (this.#shortOf.size >= mostRemembered) {
      this.#shortOf.clear()
      this.#nameOf.clear()
    }
    const short = this.#free(name)
    this.#shortOf.set(name, short)
    this.#nameOf.set(short, name)
    return short
  }

  #free(name: string): string {
    const width = this.#width
    const middle = shortened(name, width)
    const other = this.#nameOf.get(middle)
    if (other === undefined || other === name) return middle
    for (const short of alternatives(name, other, width)) if (!this.#nameOf.has(short)) return short
    for (let n = 2; ; n++) {
      const number = `~${n}`
      const short = `${shortened(name, width - number.length)}${number}`
      if (!this.#nameOf.has(short)) return short
    }
  }
}

/** What shows `name`, but not `other`, in `width` columns. */
function* alternatives(name: string, other: string, width: number): Generator<string, void, void> {
  const differs = firstDifference(name, other)
  const tail = Math.max(1, Math.floor(width / 4))
  const head = Math.max(1, Math.floor(width / 4))
  const room = width - head - tail - 2
  if (room > 0) {
    const around = Math.max(head, differs - Math.floor(room / 3))
    yield fitted(`${name.slice(0, head)}…${name.slice(around, around + room)}…${name.slice(-tail)}`, width)
  }
  yield fitted(`${name.slice(0, head)}…${name.slice(-(width - head - 1))}`, width)
  yield fitted(`${name.slice(0, width - 1 - tail)}…${name.slice(-tail)}`, width)
  yield fitted(`…${name.slice(differs, differs + width - 1)}`, width)
}

function fitted(text: string, width: number): string {
  return columnsOf(text) <= width ? text : shortened(text, width)
}

function firstDifference(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}
