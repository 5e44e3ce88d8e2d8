import { Churn, type Sizes } from './churn.ts'

/** What there is after so many lives; memory of the process in MB. */
export interface ChurnRow extends Sizes {
  readonly lives: number
  readonly 'heap MB': number
  readonly 'RSS MB': number
}

/*
 * Ten times a tenth of the lives, and what there is after each. A program of its own, so that memory is its own: it is run
 * with `--expose-gc`. Prints a row of figures as JSON a line.
 */
const lives = Number(process.argv[2])
const rounds = 10
const churn = new Churn({ hasStaying: true })
for (let round = 1; round <= rounds; round++) {
  churn.run(Math.round((lives * round) / rounds) - churn.lives)
  const { gc } = globalThis
  if (gc === undefined) throw new Error('node runs without --expose-gc')
  gc()
  gc()
  const { heapUsed, external, rss } = process.memoryUsage()
  const memory = { 'heap MB': (heapUsed + external) / 1e6, 'RSS MB': rss / 1e6 }
  const row: ChurnRow = { lives: churn.lives, events: churn.events, ...memory, ...churn.sizes() }
  process.stdout.write(`${JSON.stringify(row)}\n`)
}
