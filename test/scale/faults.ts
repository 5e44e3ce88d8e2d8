import type { ScaleOutcome } from './scale.ts'

const shown = 5

/** What is not as it should be, a line each. */
export function faultsOf({ truth, verdict, wrongHoldings, exitCode, warnings }: ScaleOutcome): readonly string[] {
  const lists = Object.entries({ ...truth, ...verdict, wrongHoldings, warnings })
  const faults = lists.flatMap(([what, list]) => {
    if (!Array.isArray(list) || list.length === 0) return []
    return [`${list.length} ${what}: ${list.slice(0, shown).join(' | ')}`]
  })
  return exitCode === 0 ? faults : [...faults, `koff ended with exit code ${exitCode}`]
}
