import { type Command, Option } from 'commander'
import { collect } from '../app/eventOptions.ts'
import { isAfter, isBefore, type LogPoint, parseLogPoint } from '../app/logPoint.ts'
import { choices } from '../base/nearest.ts'
import { matchesGlob } from '../config/glob.ts'
import { type Decoded, groupOf } from '../coordinator/decode.ts'
import { recordSpecs } from '../coordinator/generated/recordTypes.ts'
import type { LogPosition } from '../coordinator/json.ts'
import type { BatchFault, RecordBatch } from '../kafka/records/batch.ts'
import { usage } from '../terminal/usage.ts'

/**
 * What `--group`, `--type`, `--partition`, `--from` and `--to` leave of the records. What cannot be read passes `--group` and
 * `--type` unless its group or type is known to be another: it may be what one looks for.
 */
export interface RecordFilter {
  /** False where no record of the batch can be wanted, so that it need not be walked. */
  wantsBatch(batch: RecordBatch): boolean
  wantsPosition(position: LogPosition): boolean
  wantsRecord(decoded: Decoded): boolean
  wantsFault(fault: BatchFault): boolean
  /** Markers belong to no group and no type. */
  readonly wantsMarkers: boolean
}

export interface RecordFilterOptions {
  readonly group?: readonly string[]
  readonly type?: readonly string[]
  readonly partition?: readonly number[]
  readonly from?: LogPoint
  readonly to?: LogPoint
}

/** `--group`, `--type` and `--partition`. */
export function addRecordOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--group <pattern>',
        'only this group, and what no group can be read of; * and ? as in a shell; may be repeated',
      ).argParser(collect),
    )
    .addOption(
      new Option(
        '--type <name>',
        'only records of this type: OFFSET_COMMIT, 1, consumer-group-*; may be repeated',
      ).argParser(collectType),
    )
    .addOption(
      new Option('--partition <number>', 'only this partition of __consumer_offsets; may be repeated').argParser(
        collectPartition,
      ),
    )
}

export function fromOption(): Option {
  return new Option('--from <point>', 'from here on: as in --to').argParser(text => parseLogPoint('--from', text))
}

export function toOption(): Option {
  const says = 'up to and including this offset, or time: 2026-11-24T12:00Z, @milliseconds'
  return new Option('--to <point>', says).argParser(text => parseLogPoint('--to', text))
}

/** Throws KoffError USAGE where nothing can lie between `--from` and `--to`. */
export function recordFilter({ group, type, partition, from, to }: RecordFilterOptions): RecordFilter {
  if (isReversed(from, to)) throw usage('--from comes after --to: nothing lies between')
  const partitions = partition === undefined ? undefined : new Set(partition)
  const types = type === undefined ? undefined : new Set(type)
  return {
    wantsBatch({ partition: id, baseOffset, lastOffset, maxTimestamp }) {
      if (partitions !== undefined && !partitions.has(id)) return false
      if (from !== undefined && isBefore({ offset: lastOffset, timestamp: maxTimestamp }, from)) return false
      return to === undefined || to.kind === 'time' || baseOffset <= to.offset
    },
    wantsPosition: position =>
      !(from !== undefined && isBefore(position, from)) && !(to !== undefined && isAfter(position, to)),
    wantsRecord(decoded) {
      const { typeId } = decoded
      if (types !== undefined && typeId !== null && !types.has(decoded.type ?? String(typeId))) return false
      if (group === undefined) return true
      const name = decoded.kind === 'record' ? groupOf(decoded) : decoded.group
      return name === null || group.some(pattern => matchesGlob(pattern, name))
    },
    wantsFault({ partition: id, offset }) {
      if (partitions !== undefined && !partitions.has(id)) return false
      const place = { offset: offset ?? 0, timestamp: -1 }
      return (
        offset === null || (!(from !== undefined && isBefore(place, from)) && !(to !== undefined && isAfter(place, to)))
      )
    },
    wantsMarkers: group === undefined && type === undefined,
  }
}

function isReversed(from: LogPoint | undefined, to: LogPoint | undefined): boolean {
  if (from?.kind === 'offset' && to?.kind === 'offset') return from.offset > to.offset
  return from?.kind === 'time' && to?.kind === 'time' && from.time > to.time
}

const specs = Object.values(recordSpecs)

/** Names as Kafka has them, in any case and with any hyphens; patterns; ids, also of unknown types. */
function collectType(value: string, previous: readonly string[] = []): string[] {
  const byId = specs.find(({ typeId }) => String(typeId) === value)
  if (byId !== undefined || /^-?\d{1,5}$/.test(value)) return [...previous, byId?.type ?? value]
  const pattern = value.toUpperCase().replaceAll('-', '_')
  const types = specs.map(({ type }) => type).filter(type => matchesGlob(pattern, type))
  if (types.length > 0) return [...previous, ...types]
  throw usage(
    `--type: unknown type ${JSON.stringify(value)}; ${choices(
      pattern,
      specs.map(({ type }) => type),
    )}`,
  )
}

function collectPartition(value: string, previous: readonly number[] = []): number[] {
  if (/^\d{1,9}$/.test(value)) return [...previous, Number(value)]
  throw usage(`--partition: ${JSON.stringify(value)} is no partition; a number from 0`)
}
