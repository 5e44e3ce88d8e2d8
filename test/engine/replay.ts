import { fileURLToPath } from 'node:url'
import { Fold, type FoldOptions } from '../../src/engine/fold.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { apply } from '../../src/pipeline/apply.ts'
import { openFiles } from '../../src/sources/openFiles.ts'
import type { Input } from '../../src/state/input.ts'

/** Real recordings of Kafka 4.3.0 (`dev…`), 2.8.2, 3.3.2 and 3.9.1. */
export const recordings = ['dev', 'dev.compacted', 'dev.compactlive', 'old282', 'old332', 'old391'] as const

export function corpusFile(name: string): string {
  return fileURLToPath(new URL(`../corpus/${name}.records.ndjson.gz`, import.meta.url))
}

/** All inputs of a file, held in memory. */
export async function inputsOf(path: string): Promise<Input[]> {
  await using source = await openFiles([path])
  const inputs: Input[] = []
  for await (const chunk of source.chunks(new AbortController().signal)) {
    // A chunk's buffers are only valid until the next.
    for (const input of chunk)
      inputs.push(input.kind === 'batch' ? { kind: 'batch', batch: copied(input.batch) } : input)
  }
  return inputs
}

export function eventsOf(inputs: readonly Input[], options: Partial<FoldOptions> = {}): KoffEvent[] {
  const fold = new Fold({ cluster: '', history: 'none', ...options })
  return [...inputs.flatMap(input => apply(fold, input)), ...fold.end()]
}

function copied<B extends { readonly bytes: Buffer; readonly start: number; readonly end: number }>(batch: B): B {
  const bytes = Buffer.from(batch.bytes.subarray(batch.start, batch.end))
  return { ...batch, bytes, start: 0, end: bytes.length }
}
