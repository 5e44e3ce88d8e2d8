/**
 * True if `text` fits `pattern` as a whole: `*` stands for any text, also none, `?` for one character, everything else
 * for itself. Takes at most |text| × |pattern| steps, whatever the pattern.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const wanted = Array.from(pattern)
  const given = Array.from(text)
  let w = 0
  let g = 0
  let star = -1
  let resume = 0
  while (g < given.length) {
    if (wanted[w] === '*') {
      star = w++
      resume = g
    } else if (w < wanted.length && (wanted[w] === '?' || wanted[w] === given[g])) {
      w++
      g++
    } else if (star >= 0) {
      // The last star takes one character more; an earlier one never has to, as this one can take its share.
      w = star + 1
      g = ++resume
    } else {
      return false
    }
  }
  while (wanted[w] === '*') w++
  return w === wanted.length
}
