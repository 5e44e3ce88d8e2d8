import type { Fold } from '../../src/engine/fold.ts'
import type { Input } from '../../src/state/input.ts'
import { corpusFile, inputsOf } from './replay.ts'

const everyMs = 10_000
/** A consumer that is this far behind at every sample has conditions to open. */
const ahead = 10

/** The recording `dev` in the order of time. */
export async function recordingByTime(): Promise<Input[]> {
  const inputs = await inputsOf(corpusFile('dev'))
  const timeOf = (input: Input) => (input.kind === 'batch' ? input.batch.maxTimestamp : 0)
  return inputs.toSorted((a, b) => timeOf(a) - timeOf(b))
}

/**
 * The inputs of a live run: every 10 s of record time a round of samples of all committed offsets, and a tick. Samples
 * depend on the fold's offsets, so the function is called once for each input, before the fold gets it.
 */
export function samplesBefore() {
  let nextAt: number | null = null
  const ends = new Map<string, number>()
  return (input: Input, fold: Fold): Input[] => {
    if (input.kind !== 'batch') return []
    const { maxTimestamp } = input.batch
    nextAt ??= maxTimestamp + everyMs
    if (maxTimestamp < nextAt) return []
    const timestamp = nextAt
    while (nextAt <= maxTimestamp) nextAt += everyMs
    const inputs: Input[] = []
    const partitions = new Map<string, number>()
    for (const { topic, partition } of fold.reads.committed()) {
      partitions.set(topic, Math.max(partitions.get(topic) ?? 0, partition + 2))
      const key = `${topic} ${partition}`
      const logEnd = Math.max(ends.get(key) ?? 0, committedOf(fold, topic, partition) + ahead)
      ends.set(key, logEnd)
      inputs.push({ kind: 'logEnd', topic, partition, logStart: 0, logEnd, timestamp })
    }
    for (const [name, count] of partitions) inputs.unshift({ kind: 'topic', id: '', name, partitions: count })
    return [...inputs, { kind: 'tick', timestamp }]
  }
}

function committedOf(fold: Fold, topic: string, partition: number): number {
  let highest = 0
  for (const { offsets } of fold.partitions.values()) {
    const { table } = offsets
    for (const row of table.rows()) {
      if (!table.isPresent(row) || table.topicOf(row).name !== topic || table.partitions[row] !== partition) continue
      const offset = table.offsets[row] as number
      if (offset > highest) highest = offset
    }
  }
  return highest
}
