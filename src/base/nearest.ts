/**
 * The known name that was probably meant: the one with the fewest changed, missing, extra or swapped letters, where at
 * most a third of it differs. Otherwise a name that begins with the given one, or the other way round (`warning`,
 * warn). Case is ignored. `undefined` where no name is near.
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

/** The names that are nearest to one that is not there: first those that hold it as a part. */
export function nearestNames(name: string, known: readonly string[], most: number): string[] {
  const wanted = name.toLowerCase()
  const near = known.flatMap(candidate => {
    const other = candidate.toLowerCase()
    const isPart = other.includes(wanted) || (other.length >= 3 && wanted.includes(other))
    const distance = editDistance(wanted, other)
    if (!isPart && distance > Math.max(wanted.length, other.length) / 2) return []
    return [{ candidate, distance: isPart ? distance / 100 : distance }]
  })
  return near
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

function isBeginning(part: string, whole: string): boolean {
  return part.length >= 3 && whole.toLowerCase().startsWith(part.toLowerCase())
}

/** For the end of an error message about one of many names: the name that was probably meant, else all known names. */
export function suggestion(name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  return meant === undefined ? `known: ${known.join(', ')}` : `did you mean ${meant}?`
}

/** For the end of an error message about one of few names: the name that was probably meant, and all known names. */
export function choices(name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  return `${meant === undefined ? '' : `did you mean ${meant}? `}known: ${known.join(', ')}`
}

/** Damerau–Levenshtein distance: a swap of neighbours counts once. */
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
