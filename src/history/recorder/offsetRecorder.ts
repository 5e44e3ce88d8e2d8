import type { Int64 } from '../../events/envelope.ts'
import { lagTimeOf } from '../../state/conditions/lagTime.ts'
import { type LogEnds, OTHER_LIFE } from '../../state/conditions/logEnds.ts'
import type { PartitionState } from '../../state/partition.ts'
import type { OffsetPoint } from '../items.ts'

/** A row as it was last recorded. */
interface Recorded {
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly offset: Int64
  readonly logEnd: number | null
}

/** Says which committed offsets, and which log ends of their partitions, changed since they were last recorded. */
export class OffsetRecorder {
  /** By row. */
  readonly #recorded: (Recorded | undefined)[] = []

  /** Points by group. `rows`: those that may have changed. */
  record(state: PartitionState, rows: Iterable<number>, logEnds: LogEnds): Map<string, OffsetPoint[]> {
    const points = new Map<string, OffsetPoint[]>()
    const add = (group: string, point: OffsetPoint) => {
      const known = points.get(group)
      if (known === undefined) points.set(group, [point])
      else known.push(point)
    }
    // Deletions first: the same offset may be there again in another row.
    const changed: (readonly [row: number, now: Recorded | undefined, point: OffsetPoint | undefined])[] = []
    for (const row of rows) {
      const before = this.#recorded[row]
      const point = pointOf(state, row, logEnds)
      const group = point === undefined ? '' : state.offsets.table.groupOf(row).name
      const isSamePlace =
        before !== undefined &&
        before.group === group &&
        before.topic === point?.topic &&
        before.partition === point.partition
      if (before !== undefined && !isSamePlace) {
        const { topic, partition } = before
        add(before.group, { topic, partition, offset: null, logEnd: null, lag: null, lagMs: null })
      }
      if (isSamePlace && before.offset === point?.offset && before.logEnd === point.logEnd) continue
      const { topic = '', partition = 0, offset = 0, logEnd = null } = point ?? {}
      const now = point === undefined ? undefined : { group, topic, partition, offset: offset ?? 0, logEnd }
      if (before !== undefined || now !== undefined) changed.push([row, now, point])
    }
    for (const [row, now, point] of changed) {
      this.#recorded[row] = now
      if (now !== undefined && point !== undefined) add(now.group, point)
    }
    return points
  }

  /** Rows that are recorded, and all that hold an offset. */
  *allRows({ offsets }: PartitionState): Generator<number> {
    for (let row = 0; row < Math.max(this.#recorded.length, offsets.table.index.capacity); row++) {
      if (this.#recorded[row] !== undefined || offsets.table.index.isUsed(row)) yield row
    }
  }
}

/** Undefined where the row holds no committed offset. */
function pointOf({ offsets: { table } }: PartitionState, row: number, logEnds: LogEnds): OffsetPoint | undefined {
  if (!table.index.isUsed(row) || !table.isPresent(row)) return undefined
  const slot = table.topicOf(row)
  const partition = table.partitions[row] ?? 0
  const offset = table.offsetOf(row)
  const topic = logEnds.topicOf(slot.name, slot)
  const id = topic === null || topic === OTHER_LIFE ? -1 : logEnds.idOf(topic, partition)
  if (id < 0) return { topic: slot.name, partition, offset, logEnd: null, lag: null, lagMs: null }
  const logEnd = logEnds.ends[id] ?? 0
  const lag = Math.max(0, logEnd - Math.max(Number(offset), logEnds.starts[id] ?? 0))
  const time = lagTimeOf(logEnds, id, Number(offset), logEnds.times[id] ?? 0)
  return { topic: slot.name, partition, offset, logEnd, lag, lagMs: time?.max ?? time?.min ?? null }
}
