/**
 * The name that was probably meant: the known one with the fewest changed, missing, surplus or swapped letters, as
 * long as at most a third of it differs; else one that goes on where the name ends, or the other way round
 * (`warning`, warn). Case does not count. `undefined` where none is near.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    const allowed = Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3))
    if (distance <= allowed && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best ?? known.find(candidate => isBeginning(name, candidate) || isBeginning(candidate, name))
}

function isBeginning(part: string, whole: string): boolean {
  return part.length >= 3 && whole.toLowerCase().startsWith(part.toLowerCase())
}

/** For the end of a message about one of many names: the one that was meant, else all there are. */
export function suggestion(name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  return meant === undefined ? `known: ${known.join(', ')}` : `did you mean ${meant}?`
}

/** For the end of a message about one of few names: the one that was meant, and all there are. */
export function choices(name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  return `${meant === undefined ? '' : `did you mean ${meant}? `}known: ${known.join(', ')}`
}

/** Damerau's distance: a swap of neighbours counts once, as it is one slip of the fingers. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let distance = Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) distance = Math.min(distance, (beforeLast[j - 2] ?? 0) + 1)
      row.push(distance)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
