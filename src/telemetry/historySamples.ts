import type { Sample } from './telemetry.ts'

/** What the retention of a history did since the start. */
interface Retained {
  /** Rows by table. */
  readonly removed: Readonly<Record<string, number>>
  readonly failures: number
  /** Null: not known yet. */
  readonly bytes: number | null
}

export function* historySamples(pipeline: string, retained: Retained | null): Generator<Sample, void, void> {
  if (retained === null) return
  const { removed, failures, bytes } = retained
  for (const [table, value] of Object.entries(removed)) {
    yield { metric: 'koff_history_removed_rows_total', labels: { pipeline, table }, value }
  }
  yield { metric: 'koff_history_retention_failures_total', labels: { pipeline }, value: failures }
  if (bytes !== null) yield { metric: 'koff_history_bytes', labels: { pipeline }, value: bytes }
}
