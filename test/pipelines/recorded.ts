import { fileURLToPath } from 'node:url'
import { Fold, type KoffEvent, openFiles } from 'koff'
import { apply } from '../../src/pipeline/apply.ts'

/** What koff tells of a recorded cluster, on which groups of all kinds lived. */
export async function recorded(): Promise<readonly KoffEvent[]> {
  const file = fileURLToPath(new URL('../corpus/dev.records.ndjson.gz', import.meta.url))
  const fold = new Fold({ cluster: 'c1', history: 'none' })
  const events: KoffEvent[] = []
  await using source = await openFiles([file])
  for await (const chunk of source.chunks(new AbortController().signal)) {
    for (const input of chunk) events.push(...apply(fold, input))
  }
  return [...events, ...fold.end()]
}
