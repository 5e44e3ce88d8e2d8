import type { Source } from '../../src/engine/source.ts'
import type { BatchFault, RecordBatch } from '../../src/kafka/records/batch.ts'
import type { Input } from '../../src/state/input.ts'

const never = new AbortController().signal

/** Everything that a source yields. Its buffers are only good until the next chunk: so `bytes` are copied. */
export async function inputsOf(source: Source, signal: AbortSignal = never): Promise<Input[]> {
  const inputs: Input[] = []
  await using opened = source
  for await (const chunk of opened.chunks(signal)) for (const input of chunk) inputs.push(kept(input))
  return inputs
}

function kept(input: Input): Input {
  if (input.kind !== 'batch') return input
  const { bytes, start, end } = input.batch
  const copy = Buffer.from(bytes.subarray(start, end))
  return { kind: 'batch', batch: { ...input.batch, bytes: copy, start: 0, end: copy.length } }
}

export function batchesOf(inputs: readonly Input[]): RecordBatch[] {
  return inputs.flatMap(input => (input.kind === 'batch' ? [input.batch] : []))
}

export function faultsOf(inputs: readonly Input[]): BatchFault[] {
  return inputs.flatMap(input => (input.kind === 'fault' ? [input.fault] : []))
}
