import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Source } from '../../src/engine/source.ts'
import { batchCodecs } from '../../src/kafka/codecs/codecs.ts'
import type { BatchFault, RecordBatch } from '../../src/kafka/records/batch.ts'
import { readBatches } from '../../src/kafka/records/readBatches.ts'
import { RecordCursor } from '../../src/kafka/records/recordCursor.ts'
import { type KafkaSourceOptions, openKafkaSource } from '../../src/sources/kafka/source.ts'
import type { Input, PositionInput } from '../../src/state/input.ts'
import { until } from '../clients/until.ts'
import { linesTo } from '../engine/linesTo.ts'

/** What a source gave of one partition, in the order in which it came. */
export interface Followed {
  /** A line for each record: its offset, what it is, and its bytes. */
  readonly records: string[]
  readonly faults: BatchFault[]
  readonly positions: PositionInput[]
}

/** A source that is read in the background until it is stopped or ends by itself. */
export interface Following extends AsyncDisposable {
  readonly source: Source
  /** The notices for people. */
  readonly lines: readonly string[]
  /** Topic id → name, and the order of all inputs by kind. */
  readonly topics: ReadonlyMap<string, string>
  readonly kinds: readonly Input['kind'][]
  of(partition: number): Followed
  /** The last position told, -1 before the first. */
  position(partition: number): number
  /** Waits until every one of these partitions is read to the offset given. */
  reached(positions: Readonly<Record<number, number>>, withinMs?: number): Promise<void>
  /** Resolves when the source ended by itself, rejects with what it failed with. */
  readonly ended: Promise<void>
}

/** Opens a source with these options and reads it; between chunks it waits for `pause`, if there is one. */
export async function follow(options: KafkaSourceOptions, pause?: () => Promise<void>): Promise<Following> {
  const lines: string[] = []
  const source = await openKafkaSource({ ...options, log: linesTo(lines) })
  const partitions = new Map<number, Followed>()
  const topics = new Map<string, string>()
  const kinds: Input['kind'][] = []
  const of = (partition: number) => {
    const known = partitions.get(partition) ?? { records: [], faults: [], positions: [] }
    partitions.set(partition, known)
    return known
  }
  const take = (input: Input) => {
    kinds.push(input.kind)
    if (input.kind === 'batch') of(input.batch.partition).records.push(...linesOf(input.batch))
    if (input.kind === 'fault') of(input.fault.partition).faults.push(input.fault)
    if (input.kind === 'position') of(input.partition).positions.push(input)
    if (input.kind === 'topic') topics.set(input.id, input.name)
  }
  const stopping = new AbortController()
  const read = async () => {
    for await (const chunk of source.chunks(stopping.signal)) {
      chunk.forEach(take)
      await pause?.()
    }
  }
  const ended = read()
  let failure: unknown
  ended.catch((error: unknown) => {
    failure = error
  })
  const position = (partition: number) => of(partition).positions.at(-1)?.position ?? -1
  return {
    source,
    lines,
    topics,
    kinds,
    of,
    position,
    reached: async (positions, withinMs) => {
      const wanted = Object.entries(positions).map(([partition, offset]) => [Number(partition), offset] as const)
      await until({
        what: `positions ${JSON.stringify(positions)}; notices: ${lines.join(' | ')}`,
        ask: async () => {
          if (failure !== undefined) throw failure
          return Object.fromEntries(wanted.map(([partition]) => [partition, position(partition)]))
        },
        good: now => wanted.every(([partition, offset]) => (now[partition] ?? -1) >= offset),
        ...(withinMs === undefined ? {} : { withinMs }),
      })
    },
    ended,
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      await ended.catch(() => undefined)
      await source[Symbol.asyncDispose]()
    },
  }
}

/** What is in a partition's segment files, from the log start on, as the lines of `Followed.records`. */
export async function recordsOnDisk(dataFolder: string, topic: string, partition: number): Promise<string[]> {
  const folder = join(dataFolder, `${topic}-${partition}`)
  const files = (await readdir(folder)).filter(name => name.endsWith('.log')).sort()
  const lines: string[] = []
  for (const file of files) {
    const { items } = readBatches(await readFile(join(folder, file)), { partition, codecs })
    for (const item of items) {
      if (item.kind === 'fault') throw new Error(`${file}: ${item.fault.reason}`)
      lines.push(...linesOf(item.batch))
    }
  }
  return lines
}

const codecs = batchCodecs()

function linesOf(batch: RecordBatch): string[] {
  const cursor = new RecordCursor()
  const lines: string[] = []
  cursor.open(batch)
  while (cursor.next()) {
    const key = cursor.bytes.toString('base64', Math.max(0, cursor.keyStart), Math.max(0, cursor.keyEnd))
    const value = cursor.bytes.toString('base64', Math.max(0, cursor.valueStart), Math.max(0, cursor.valueEnd))
    lines.push(`${cursor.offset} ${batch.isControl ? 'control ' : ''}${batch.leaderEpoch} ${key} ${value}`)
  }
  return lines
}
