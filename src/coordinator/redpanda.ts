import {
  bytesLeft,
  type Reader,
  readerOf,
  readInt16,
  readInt32,
  readItems,
  skipBytes,
} from '../kafka/records/reader.ts'

/*
 * Redpanda writes `__consumer_offsets` in a dialect of its own. Each function gives the bytes as Kafka would have written
 * them, or null where the bytes are not Redpanda's. From Redpanda's source (`kafka/server/group_metadata.cc` of 2024-12
 * and 2026); not seen on a live cluster.
 */

/** The only version of a classic group's value that Redpanda writes, and of each member in it. */
const METADATA_VERSION = 3
const WRAPPER_LENGTH = 4

/** The key of a tombstone: older releases wrote its length before it, as a little-endian int32. */
export function unwrapRedpandaKey({ bytes, start, end }: Reader): Reader | null {
  const inner = start + WRAPPER_LENGTH
  return inner < end && bytes.readInt32LE(start) === end - inner ? readerOf(bytes, inner, end) : null
}

/** Lets the cursor's key begin behind its length, for a record whose wrapped key was recognised. */
export function skipKeyWrapper(cursor: { keyStart: number }): void {
  cursor.keyStart += WRAPPER_LENGTH
}

/**
 * The value of a classic group's metadata: as Kafka's version 3, but each member begins with a version of its own.
 * Throws a `DecodeFault` where the bytes end too early.
 */
export function kafkaMetadataOfRedpanda({ bytes, start, end }: Reader): Reader | null {
  const reader = readerOf(bytes, start, end)
  if (readInt16(reader) !== METADATA_VERSION) return null
  skipString(reader) // protocolType
  readInt32(reader) // generation
  skipString(reader) // protocol
  skipString(reader) // leader
  skip(reader, 8) // currentStateTimestamp
  const count = readInt32(reader)
  if (count < 1 || count > bytesLeft(reader)) return null
  const parts = [bytes.subarray(start, reader.position)]
  for (const member of readItems(count, () => readMember(reader))) {
    if (member === null) return null
    parts.push(member)
  }
  return bytesLeft(reader) === 0 ? readerOf(Buffer.concat(parts)) : null
}

/** The bytes of a member behind its version. */
function readMember(reader: Reader): Buffer | null {
  if (readInt16(reader) !== METADATA_VERSION) return null
  const from = reader.position
  skipString(reader) // memberId
  skipString(reader) // groupInstanceId
  skipString(reader) // clientId
  skipString(reader) // clientHost
  skip(reader, 8) // rebalanceTimeout, sessionTimeout
  skip(reader, readInt32(reader)) // subscription
  skip(reader, readInt32(reader)) // assignment
  return reader.bytes.subarray(from, reader.position)
}

function skipString(reader: Reader): void {
  skip(reader, readInt16(reader))
}

/** A negative length stands for null, which has no bytes. */
function skip(reader: Reader, length: number): void {
  if (length > 0) skipBytes(reader, length)
}
