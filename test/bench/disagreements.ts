import type { Run } from './measure.ts'
import type { Row } from './table.ts'

/**
 * Nobody may be fast by skipping: all runs have the same counts, as far as they count the same things, and `truth`, what
 * Kafka's own classes count, is one of them. A sentence for each that has not.
 */
export function disagreements(rows: readonly Row[], truth: Run['counts']): string[] {
  const seen = new Map<string, { readonly value: number; readonly by: string }>()
  for (const [what, value] of Object.entries(truth)) seen.set(what, { value, by: "Kafka's own classes" })
  const found: string[] = []
  for (const { name, runs } of rows) {
    for (const { counts } of runs) {
      for (const [what, value] of Object.entries(counts)) {
        const first = seen.get(what)
        if (first === undefined) seen.set(what, { value, by: name })
        else if (first.value !== value) found.push(`${what}: ${name} says ${value}, ${first.by} ${first.value}`)
      }
    }
  }
  return found
}
