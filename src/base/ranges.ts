/** `[0, 1, 2, 5]` → `0-2, 5`, or with another separator. */
export function ranges(numbers: Iterable<number>, separator = ', '): string {
  const sorted = [...numbers].sort((a, b) => a - b)
  const runs: { first: number; last: number }[] = []
  for (const number of sorted) {
    const run = runs.at(-1)
    if (run !== undefined && number <= run.last + 1) run.last = number
    else runs.push({ first: number, last: number })
  }
  return runs.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(separator)
}
