import type { Command } from 'commander'
import { readHistory } from '../../history/openHistory.ts'
import { clusterOf } from '../../history/queries/cluster.ts'
import { type CoverageQuestion, type Uncovered, uncovered } from '../../history/queries/coverage.ts'
import { timeLimitMs } from '../../history/queries/limits.ts'
import type { HistoryReader } from '../../history/store.ts'
import { note, type Shell } from '../../terminal/shell.ts'
import { NOT_KNOWN } from '../knownTimes.ts'

/** What every question to a history takes. */
export interface StoreOptions {
  readonly history?: string
  readonly cluster?: string
}

export const defaultStore = 'koff-history.db'

export function addStoreOptions(command: Command): Command {
  return command
    .option('--history <store>', `the history: a file; KOFF_HISTORY, or ${defaultStore}, unless given`)
    .option('--cluster <id>', 'the cluster, where the history has several')
}

/** A history that is open for questions about one cluster. */
export interface Asked extends AsyncDisposable {
  readonly reader: HistoryReader
  readonly cluster: string
}

export function placeOf({ variables }: Shell, { history }: StoreOptions): string {
  return history ?? variables['KOFF_HISTORY'] ?? defaultStore
}

export async function ask(shell: Shell, options: StoreOptions): Promise<Asked> {
  const reader = await readHistory(placeOf(shell, options), timeLimitMs)
  await using opening = new AsyncDisposableStack()
  opening.use(reader)
  const cluster = await clusterOf(reader, options.cluster)
  opening.move()
  return { reader, cluster, [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose]() }
}

/** Says on standard error what of the time in question the history does not cover. Returns the exit code. */
export async function noteCoverage(shell: Shell, reader: HistoryReader, question: CoverageQuestion): Promise<number> {
  const missing = await uncovered(reader, question)
  const [first] = missing
  if (first === undefined) return 0
  note(shell, `${unknownText(missing)}: the answer is not complete`)
  return NOT_KNOWN
}

function unknownText(missing: readonly Uncovered[]): string {
  const text = (time: number) => new Date(time).toISOString()
  const befores = missing.flatMap(({ to }) => to ?? [])
  const afters = missing.flatMap(({ from }) => from ?? [])
  if (befores.length > 0) return `not known before ${text(Math.max(...befores))}`
  if (afters.length > 0) return `not known after ${text(Math.min(...afters))}`
  return 'not known: the history covers no time of this'
}
