import {
  bytesLeft,
  type DecodeErrorCode,
  DecodeFault,
  type Reader,
  readerOf,
  readInt16,
} from '../kafka/records/reader.ts'
import type { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { RecordIndex } from '../kafka/records/recordIndex.ts'
import {
  kafkaVersion,
  type RecordSpec,
  type RecordType,
  type RecordTypes,
  recordSpecs,
} from './generated/recordTypes.ts'
import { kafkaMetadataOfRedpanda, unwrapRedpandaKey } from './redpanda.ts'

export { type DecodeErrorCode } from '../kafka/records/reader.ts'
export { type RecordType, type RecordTypes } from './generated/recordTypes.ts'

/** The content of a record of the group coordinator, or why Kafka itself could not read it. */
export type Decoded = CoordinatorRecord | Undecodable

/** Distinguished by `type`, which fixes the types of key and value. */
export type CoordinatorRecord = { [T in RecordType]: RecordOf<T> }[RecordType]

/** Whose layout a record has: Redpanda writes two things in another one than Kafka. */
export type Dialect = 'kafka' | 'redpanda'

export interface RecordOf<T extends RecordType> {
  readonly kind: 'record'
  readonly dialect: Dialect
  readonly typeId: RecordTypes[T]['typeId']
  readonly type: T
  readonly key: RecordTypes[T]['key']
  /** Null, as `value` is, for a tombstone. Fields that the version lacks are at their defaults. */
  readonly valueVersion: number | null
  readonly value: RecordTypes[T]['value'] | null
  /** Bytes after the last field; Kafka allows and ignores them. */
  readonly keyRemaining: number
  readonly valueRemaining: number
}

export interface Undecodable {
  readonly kind: 'undecodable'
  /** The first two bytes of the key; null where the key is shorter. */
  readonly typeId: number | null
  /** Null for an unknown record type. */
  readonly type: RecordType | null
  /** Null where the key cannot be read. */
  readonly group: string | null
  /** The version of the value, when reading got that far. */
  readonly version: number | null
  readonly part: 'key' | 'value'
  readonly code: DecodeErrorCode
  /** Where the field begins that cannot be read, in bytes from the start of `part`. */
  readonly position: number
  readonly reason: string
}

/**
 * Reads one record of `__consumer_offsets` as Kafka's `GroupCoordinatorRecordSerde` does: it accepts the same bytes
 * with the same result. What Kafka refuses is read as Redpanda's dialect, if that consumes every byte, and is an
 * `Undecodable` with Kafka's reason otherwise. Never throws. A null value is a tombstone. Not for
 * control records: their keys have another layout.
 */
export function decodeRecord(key: Buffer | null, value: Buffer | null): Decoded {
  if (key === null) return withoutKey
  return decodeParts(readerOf(key), value === null ? null : readerOf(value))
}

/** As `decodeRecord`, for a key and a value inside larger buffers; `keyStart` or `valueStart` is -1 for null. */
export function decodeRecordAt(
  bytes: Buffer,
  keyStart: number,
  keyEnd: number,
  valueStart: number,
  valueEnd: number,
): Decoded {
  if (keyStart < 0) return withoutKey
  return decodeParts(readerOf(bytes, keyStart, keyEnd), valueStart < 0 ? null : readerOf(bytes, valueStart, valueEnd))
}

/** Decodes the record that the cursor is at: in a batch with an index once, however many readers it has. */
export function decodeAt({ bytes, start, keyStart, keyEnd, valueStart, valueEnd, index }: RecordCursor): Decoded {
  if (index === undefined) return decodeRecordAt(bytes, keyStart, keyEnd, valueStart, valueEnd)
  const ofBatch = decodedByStart.get(index) ?? new Map<number, Decoded>()
  decodedByStart.set(index, ofBatch)
  const known = ofBatch.get(start)
  if (known !== undefined) return known
  const decoded = decodeRecordAt(bytes, keyStart, keyEnd, valueStart, valueEnd)
  ofBatch.set(start, decoded)
  return decoded
}

const decodedByStart = new WeakMap<RecordIndex, Map<number, Decoded>>()

/** The group that a record is about: the first field of every key. */
export function groupOf({ key }: Pick<CoordinatorRecord, 'key'>): string {
  return 'group' in key ? key.group : key.groupId
}

const withoutKey: Undecodable = {
  kind: 'undecodable',
  typeId: null,
  type: null,
  group: null,
  version: null,
  part: 'key',
  code: 'NO_KEY',
  position: 0,
  reason: 'the record has no key',
}

type AnySpec = { [T in RecordType]: RecordSpec<T> }[RecordType]

const specs: readonly AnySpec[] = Object.values(recordSpecs)
const specsById = Array.from({ length: Math.max(...specs.map(spec => spec.typeId)) + 1 }, (_, typeId) =>
  specs.find(spec => spec.typeId === typeId),
)

/** How far reading got: the part of an `Undecodable` beside its fault. */
interface Progress {
  typeId: number | null
  type: RecordType | null
  group: string | null
  version: number | null
  part: 'key' | 'value'
}

function decodeParts(key: Reader, value: Reader | null): Decoded {
  const asKafka = decodeKafka(key, value)
  if (asKafka.kind === 'record') return asKafka
  return decodeRedpanda(asKafka, key, value) ?? asKafka
}

function decodeKafka(key: Reader, value: Reader | null): Decoded {
  const progress: Progress = { typeId: null, type: null, group: null, version: null, part: 'key' }
  try {
    return decodeOrFail(key, value, progress)
  } catch (error) {
    if (!(error instanceof DecodeFault)) throw error
    const { code, position, message } = error
    return { kind: 'undecodable', ...progress, code, position, reason: message }
  }
}

function decodeRedpanda({ type, part }: Undecodable, key: Reader, value: Reader | null): Decoded | null {
  if (value === null) return redpandaRecord(unwrapRedpandaKey(key), null)
  if (type !== 'GROUP_METADATA' || part !== 'value') return null
  try {
    const asKafka = kafkaMetadataOfRedpanda(value)
    return asKafka === null ? null : redpandaRecord(readerOf(key.bytes, key.start, key.end), asKafka)
  } catch (error) {
    if (error instanceof DecodeFault) return null
    throw error
  }
}

/** A record whose bytes were put into Kafka's layout; null where Kafka would not read them to their last byte. */
function redpandaRecord(key: Reader | null, value: Reader | null): Decoded | null {
  const decoded = key === null ? null : decodeKafka(key, value)
  if (decoded?.kind !== 'record' || decoded.keyRemaining > 0 || decoded.valueRemaining > 0) return null
  return { ...decoded, dialect: 'redpanda' }
}

function decodeOrFail(key: Reader, value: Reader | null, progress: Progress): CoordinatorRecord {
  const typeId = readVersion(key)
  progress.typeId = typeId
  const spec = specsById[typeId]
  if (spec === undefined) {
    throw new DecodeFault('UNKNOWN_TYPE', 0, `record type ${typeId} is unknown to Kafka ${kafkaVersion}`)
  }
  progress.type = spec.type
  const decodedKey = spec.readKey(key)
  progress.group = groupOf({ key: decodedKey })
  let valueVersion: number | null = null
  let decodedValue: ReturnType<AnySpec['readValue']> | null = null
  if (value !== null) {
    progress.part = 'value'
    valueVersion = readVersion(value)
    progress.version = valueVersion
    checkVersion(valueVersion, spec)
    decodedValue = spec.readValue(value, valueVersion)
  }
  // Key and value come from one spec, so they have the same type. TypeScript cannot follow that through a union.
  return {
    kind: 'record',
    dialect: 'kafka',
    typeId: spec.typeId,
    type: spec.type,
    key: decodedKey,
    valueVersion,
    value: decodedValue,
    keyRemaining: bytesLeft(key),
    valueRemaining: value === null ? 0 : bytesLeft(value),
  } as CoordinatorRecord
}

function readVersion(reader: Reader): number {
  if (bytesLeft(reader) >= 2) return readInt16(reader)
  throw new DecodeFault('NO_VERSION', 0, `${bytesLeft(reader)} bytes, fewer than the two of the version`)
}

function checkVersion(version: number, { type, lowestVersion, highestVersion }: AnySpec): void {
  if (version >= lowestVersion && version <= highestVersion) return
  const known = lowestVersion === highestVersion ? `only ${lowestVersion}` : `${lowestVersion} to ${highestVersion}`
  throw new DecodeFault(
    'UNKNOWN_VERSION',
    0,
    `version ${version} of ${type} is unknown to Kafka ${kafkaVersion}: ${known}`,
  )
}
