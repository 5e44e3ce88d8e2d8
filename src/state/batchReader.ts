import { type Decoded, decodeAt } from '../coordinator/decode.ts'
import { skipKeyWrapper } from '../coordinator/redpanda.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { RecordBatch } from '../kafka/records/batch.ts'
import { brokenBatch } from '../kafka/records/batchFault.ts'
import { controlType } from '../kafka/records/controlRecord.ts'
import type { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { GroupSlot } from './group/groupSlot.ts'
import type { LearnedNames } from './group/learnedNames.ts'
import type { Offsets } from './offsets/offsets.ts'
import { topicNamesIn } from './records/namedTopics.ts'
import { type Collected, collectTransitions } from './transition/collect.ts'
import type { PlacedRecord } from './transition/replayRecords.ts'
import { undecodableBatch, undecodableRecord } from './transition/undecodable.ts'

export interface BatchReaderOptions {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  readonly cluster: string
  readonly names: LearnedNames
  readonly offsets: Offsets
  readonly groups: ReadonlyMap<string, GroupSlot>
  /** The slot of a group by name; creates it when there is none. */
  readonly slotOf: (name: string) => GroupSlot
}

/**
 * Reads batches record by record. Commits go into the table of offsets; all other changes are collected as transitions.
 */
export class BatchReader {
  /** Records read by this process; control records are not counted. */
  records = 0
  /** The offset records among these that Kafka accepts: commits, transactional ones too, and tombstones. */
  offsetRecords = 0
  /** Records and batches that could not be read. */
  undecodable = 0
  /** Timestamp of the last record read; -1 before the first. */
  timestamp = -1
  readonly #options: BatchReaderOptions
  /** Records about groups in the present batch. */
  readonly #records: PlacedRecord[] = []
  #faults: KoffEvent[] = []

  constructor(options: BatchReaderOptions) {
    this.#options = options
  }

  /**
   * Reads the records of a batch; `cursor` is before the first. Null: the batch only moved offsets forward. Else its
   * transitions in order; each must be processed before the next one is requested.
   */
  read(batch: RecordBatch, cursor: RecordCursor): Iterable<Collected> | null {
    this.#options.offsets.begin()
    return batch.isControl ? this.#readMarkers(batch, cursor) : this.#readRecords(batch, cursor)
  }

  get hasFaults(): boolean {
    return this.#faults.length > 0
  }

  /** `koff-undecodable` events for what could not be read since the last call. */
  takeFaults(): readonly KoffEvent[] {
    const faults = this.#faults
    if (faults.length > 0) this.#faults = []
    return faults
  }

  #readRecords(batch: RecordBatch, cursor: RecordCursor): readonly Collected[] | null {
    const { offsets, slotOf } = this.#options
    const { isTransactional, producerId } = batch
    while (cursor.next()) {
      this.records++
      if (isOffsetRecord(cursor)) {
        if (isTransactional ? offsets.applyPending(cursor, producerId) : offsets.apply(cursor)) {
          this.offsetRecords++
          continue
        }
      }
      this.#readOther(cursor)
    }
    if (cursor.fault !== null) this.#reportBroken(batch, cursor.fault)
    if (batch.recordCount > 0) this.timestamp = cursor.timestamp
    if (!offsets.notable && this.#records.length === 0) return null
    return collectTransitions(offsets, this.#records.splice(0), { cursor, slotOf })
  }

  #readOther(cursor: RecordCursor): void {
    const { offset, timestamp } = cursor
    const { names, groups } = this.#options
    const decoded = decodeAt(cursor)
    if (isWrappedOffsetTombstone(decoded)) {
      skipKeyWrapper(cursor)
      this.#options.offsets.apply(cursor)
      this.offsetRecords++
    } else if (decoded.kind === 'undecodable') {
      this.undecodable++
      const known = decoded.group === null ? undefined : groups.get(decoded.group)?.group?.type
      this.#faults.push(undecodableRecord(this.#options, decoded, cursor, known))
    } else if (decoded.type !== 'OFFSET_COMMIT' && decoded.type !== 'LEGACY_OFFSET_COMMIT') {
      this.#records.push({ record: decoded, at: { offset, timestamp } })
      for (const [id, name] of topicNamesIn(decoded)) {
        names.mention(id, name, offset)
      }
    }
  }

  *#readMarkers(batch: RecordBatch, cursor: RecordCursor): Generator<Collected, void, undefined> {
    const { offsets } = this.#options
    while (cursor.next()) {
      const type = controlType(cursor)
      this.timestamp = cursor.timestamp
      if (type === 'UNKNOWN') continue
      const completed = offsets.complete(batch.producerId, type === 'COMMIT', cursor.offset, cursor.timestamp)
      let continues = false
      for (const [slot, changes] of completed) {
        yield { slot, records: [], changes, continues }
        continues = true
      }
    }
    if (cursor.fault !== null) this.#reportBroken(batch, cursor.fault)
  }

  #reportBroken(batch: RecordBatch, reason: string): void {
    this.undecodable++
    const fault = brokenBatch(batch, batch.baseOffset, reason)
    this.#faults.push(undecodableBatch(this.#options, fault, batch.lastOffset, batch.maxTimestamp))
  }
}

/** The tombstone of an offset in Redpanda's dialect, which does not begin with its record type. */
function isWrappedOffsetTombstone(decoded: Decoded): boolean {
  if (decoded.kind === 'undecodable' || decoded.dialect !== 'redpanda') return false
  return decoded.type === 'OFFSET_COMMIT' || decoded.type === 'LEGACY_OFFSET_COMMIT'
}

/** The two record types of an offset commit: 0 is that of brokers before 0.9. */
function isOffsetRecord({ words, keyStart, keyEnd }: RecordCursor): boolean {
  return keyEnd - keyStart >= 2 && words.getUint16(keyStart) <= 1
}
