import { Fold } from '../../../src/engine/fold.ts'
import type { RecordBatch } from '../../../src/kafka/records/batch.ts'
import { RecordCursor } from '../../../src/kafka/records/recordCursor.ts'
import { apply as applyInput } from '../../../src/pipeline/apply.ts'
import type { LogEndInput } from '../../../src/state/input.ts'
import { batchOf, classicOf, commitOf } from '../../state/batchOf.ts'

/** Processor time of a round in ms, the median; memory of the process in MB. */
export interface RoundFigures {
  readonly offsets: number
  /** No offset is behind. */
  readonly level: number
  /** All are behind, and all were committed since the last round. */
  readonly moving: number
  /** All are behind, and none gets on: in one of the rounds each opens a condition. */
  readonly stalling: number
  /** Before the first sample. */
  readonly filledMb: number
  /** After those rounds in which nothing opens. */
  readonly sampledMb: number
  /** With an event for each of them at once. */
  readonly peakMb: number
}

/*
 * What a round of samples costs a fold: 100,000 committed offsets of 1,000 groups, each of a partition of its own. A
 * program of its own, so that memory is its own; prints its figures as JSON.
 */

const groups = 1_000
const partitionsOfGroup = 100
const rounds = 15
const everyMs = 10_000

let now = 1_700_000_000_000
let position = 0
const cursor = new RecordCursor()
const fold = new Fold({ cluster: 'bench', history: 'none', tracksChanges: true })

const batches = fill()
const filledMb = residentMb()
const level = measure(0, false)
const moving = measure(50, true)
const sampledMb = residentMb()
const stalling = measure(50, false)
const offsets = fold.reads.committed().length
const figures: RoundFigures = { offsets, level, moving, stalling, filledMb, sampledMb, peakMb: peakMb() }
process.stdout.write(`${JSON.stringify(figures)}\n`)

function residentMb(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20)
}

function peakMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024)
}

/** Members and a first commit each. The batches of commits are kept, and written again with other offsets. */
function fill(): RecordBatch[] {
  const topic = 'service-0000-orders'
  const group = 'service-0000-consumer'
  const partitions = Array.from({ length: partitionsOfGroup }, (_, partition) => partition)
  const members = batchOf([classicOf(group, 1, [{ id: 'member', topics: [topic], assigned: { [topic]: partitions } }])])
  const commits = batchOf(partitions.map(partition => commitOf(group, topic, partition, 0)))
  return Array.from({ length: groups }, (_, number) => {
    apply(renamed(members, number))
    const batch = renamed(commits, number)
    apply(batch)
    return batch
  })
}

/** The same of another group: bytes made by hand a hundred thousand times would be most of what this program holds. */
function renamed(batch: RecordBatch, number: number): RecordBatch {
  const bytes = Buffer.from(batch.bytes)
  for (let at = bytes.indexOf('-0000-'); at >= 0; at = bytes.indexOf('-0000-', at + 1)) {
    bytes.write(String(number).padStart(4, '0'), at + 1)
  }
  return { ...batch, bytes }
}

/** Everybody commits this offset. A value holds its version, the offset, no metadata, the time. */
function commitAll(offset: number): void {
  for (const batch of batches) {
    cursor.open(batch)
    while (cursor.next()) {
      batch.bytes.writeBigInt64BE(BigInt(offset), cursor.valueStart + 2)
      batch.bytes.writeBigInt64BE(BigInt(now), cursor.valueStart + 12)
    }
    apply(batch)
  }
}

function apply(batch: RecordBatch): void {
  const { recordCount } = batch
  const lastOffset = position + recordCount - 1
  const times = { baseTimestamp: now, maxTimestamp: now }
  applyInput(fold, { kind: 'batch', batch: { ...batch, ...times, baseOffset: position, lastOffset } })
  position += recordCount
}

/** Processor time of a round, ms, the median; `lag` records behind, and between the rounds everybody commits or nobody. */
function measure(lag: number, isMoving: boolean): number {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    now += everyMs
    if (isMoving) commitAll(now)
    const logEnd = (isMoving ? now : committedNow()) + lag
    const before = process.cpuUsage()
    sample(logEnd)
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
    for (const state of fold.partitions.values()) state.changes?.clear()
  }
  times.sort((a, b) => a - b)
  return Math.round((times[Math.floor(times.length / 2)] ?? 0) * 10) / 10
}

/** Which partitions to ask for, their log ends, and the judging of all offsets. */
function sample(logEnd: number): void {
  for (const { topic, partition } of fold.reads.committed()) {
    const input: LogEndInput = { kind: 'logEnd', topic, partition, logStart: 0, logEnd, timestamp: now }
    applyInput(fold, input)
  }
  applyInput(fold, { kind: 'tick', timestamp: now })
}

function committedNow(): number {
  return Number(fold.stateOf(0).offsets.table.offsetOf(0))
}
