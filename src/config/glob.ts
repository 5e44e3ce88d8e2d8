/**
 * True if `text` matches `pattern` completely: `*` is any text, also an empty one, `?` is one character, everything
 * else is literal. Takes at most |text| × |pattern| steps for any pattern.
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
      // The last star takes one more character. Earlier stars need not, because this one can take the rest.
      w = star + 1
      g = ++resume
    } else {
      return false
    }
  }
  while (wanted[w] === '*') w++
  return w === wanted.length
}
