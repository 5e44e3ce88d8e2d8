import { Churn, type Sizes } from './churn.ts'
import type { Born } from './lives.ts'

/** What there is after so many lives. */
export interface ChurnRow {
  readonly lives: number
  readonly born: Born
  readonly events: number
  /** Memory of the process in MB, and sizes. */
  readonly figures: Sizes
}

/*
 * Ten times a tenth of the lives, and what there is after each. A program of its own, so that memory is its own: it is run
 * with `--expose-gc`. Prints a row of figures as JSON a line.
 */
const all = Number(process.argv[2])
const rounds = 10
const churn = new Churn({ hasStaying: true })
for (let round = 1; round <= rounds; round++) {
  churn.run(Math.round((all * round) / rounds) - churn.lives)
  const { gc } = globalThis
  if (gc === undefined) throw new Error('node runs without --expose-gc')
  gc()
  gc()
  const { heapUsed, external, rss } = process.memoryUsage()
  const memory = { 'heap MB': (heapUsed + external) / 1e6, 'RSS MB': rss / 1e6 }
  const { lives, born, events } = churn
  const row: ChurnRow = { lives, born, events, figures: { ...memory, ...churn.sizes() } }
  process.stdout.write(`${JSON.stringify(row)}\n`)
}
