import type { LogEnds } from '../state/conditions/logEnds.ts'
import type { LogEndInput, ShareStartInput } from '../state/input.ts'
import type { PartitionState } from '../state/partition.ts'

/** A record whose time nothing says. */
export interface UnknownTime {
  readonly topic: string
  /** Absent: brokers before 2.8 have no topic ids. */
  readonly topicId?: string
  readonly partition: number
  /** The first offset that a group has not read. */
  readonly offset: number
  readonly logEnd: number
}

export interface UnknownTimesOptions {
  readonly partitions: ReadonlyMap<number, PartitionState>
  readonly logEnds: LogEnds
  /** Which groups matter. */
  readonly wants: (group: string) => boolean
  /** Samples that were just taken. */
  readonly ends: readonly LogEndInput[]
  readonly shares: readonly ShareStartInput[]
}

/** The records that groups have to read next, where samples of the log end do not say when those were appended, each once. */
export function unknownTimes({ partitions, logEnds, wants, ends, shares }: UnknownTimesOptions): UnknownTime[] {
  const endOf = new Map(ends.map(end => [`${end.partition} ${end.topic}`, end]))
  const found = new Map<string, UnknownTime>()
  const note = (topic: string, partition: number, committed: number) => {
    const end = endOf.get(`${partition} ${topic}`)
    if (end === undefined || !(committed >= 0)) return
    const { topicId, logStart, logEnd } = end
    const offset = Math.max(committed, logStart)
    if (offset >= logEnd || logEnds.knowsTimeAt(topic, partition, offset)) return
    found.set(`${partition} ${offset} ${topic}`, {
      topic,
      ...(topicId === undefined ? {} : { topicId }),
      partition,
      offset,
      logEnd,
    })
  }
  for (const { offsets } of partitions.values()) {
    const { table } = offsets
    for (const row of table.rows()) {
      if (!table.isPresent(row) || !wants(table.groupOf(row).name)) continue
      note(table.topicOf(row).name, table.partitions[row] ?? 0, table.offsets[row] as number)
    }
  }
  for (const { topic, partition, startOffset } of shares) note(topic, partition, startOffset)
  return [...found.values()]
}
