import { KoffError } from '../base/errors.ts'
import { consumerOffsets } from '../coordinator/consumerOffsets.ts'
import type { Outcome } from '../pipeline/conditions.ts'
import type { Input } from '../state/input.ts'
import type { PartitionState } from '../state/partition.ts'
import { takeChanges } from '../state/stored/encode.ts'
import { groupTable, type TableFilter } from './groupTable.ts'
import type { PartitionOutput } from './output.ts'
import { PartitionWriter, type PartitionWriterOptions } from './partitionWriter.ts'
import type { Restored } from './restorePartition.ts'
import { resetCure } from './stateChecks.ts'

export interface OwnedPartitionOptions
  extends Pick<PartitionWriterOptions, 'stateEveryMs' | 'partitions' | 'failed' | 'drained' | 'pause'> {
  readonly partition: number
  readonly output: PartitionOutput
  readonly state: PartitionState
  readonly restored: Restored
  /** Groups in the groups topic that may have ended unseen. */
  readonly shown: readonly string[]
  /** The filter of the groups topic. */
  readonly tableFilter: TableFilter
  /** Called after each commit, with the position that it stored. */
  readonly committed: (position: number) => void
  /** ms since the epoch. */
  readonly now: () => number
}

/** A shorter silence is not an absence, however short tombstones are kept. */
const leastAbsenceMs = 60_000

/** A partition that this instance reads and writes. */
export class OwnedPartition {
  readonly writer: PartitionWriter
  readonly output: PartitionOutput
  readonly #options: OwnedPartitionOptions
  /** The time of the last news from its log. */
  #readAt: number

  constructor(options: OwnedPartitionOptions) {
    const { partition, state, restored, output, tableFilter: filter, shown, committed, now } = options
    this.#options = options
    this.#readAt = now()
    this.output = output
    let taken = 0
    this.writer = new PartitionWriter({
      ...options,
      table: groupTable(output, { state, partition, filter, shown }),
      takeChanges: () => {
        taken = state.position
        return [...restored.entry.takeChange(), ...takeChanges(state)]
      },
      countChanges: () => state.changes?.size ?? 0,
      committed: () => committed(taken),
    })
  }

  /**
   * True where the log lost records that the state has not been checked against: the partition must be taken over
   * again.
   * @throws KoffError STATE_INVALID where the state does not belong to this log any more.
   */
  isOutdatedBy(input: Input): boolean {
    const { restored, partition, now } = this.#options
    if (input.kind === 'fault' && input.fault.code === 'LOG_TRUNCATED') {
      throw new KoffError('STATE_INVALID', `${consumerOffsets} ${partition}: ${input.fault.reason}. ${resetCure}`)
    }
    if (input.kind === 'fault' && input.fault.code === 'RECORDS_LOST') {
      return (input.fault.offset ?? 0) >= restored.knownStart
    }
    const silentMs = now() - Math.max(this.#readAt, restored.entry.value.currentAt)
    return silentMs > Math.max(leastAbsenceMs, restored.tombstonesKeptMs)
  }

  /** The log was read and applied up to here. */
  noteApplied({ input }: Outcome): void {
    const { restored, state, now } = this.#options
    this.#readAt = now()
    if (input?.kind !== 'position') return
    if (input.position >= input.logEnd) restored.entry.readToEnd(input.timestamp)
    if (state.snapshotsMade === null) return
    restored.entry.snapshotsMade(state.snapshotsMade, state.position)
    state.snapshotsMade = null
  }

  /** Everything in its log was read at that time. */
  readToEnd(at: number): void {
    const { entry } = this.#options.restored
    this.#readAt = this.#options.now()
    entry.readToEnd(at)
    if (entry.isDue) this.writer.add([])
  }
}

/** Null for an input that does not concern a partition of `__consumer_offsets`. */
export function partitionOf(input: Input): number | null {
  switch (input.kind) {
    case 'batch':
      return input.batch.partition
    case 'fault':
      return input.fault.partition
    case 'position':
      return input.partition
    case 'logEnd':
    case 'groupState':
    case 'shareStart':
    case 'offsetTime':
    case 'topic':
    case 'tick':
      return null
  }
}
