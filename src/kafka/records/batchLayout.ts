/*
 * Offsets of the fields in the header of a record batch, in bytes from its start (KIP-98). Base offset, length and
 * magic are in the same place in messages of formats v0 and v1.
 */

export const BASE_OFFSET_AT = 0
/** The length counts what follows it. */
export const LENGTH_AT = 8
/** Base offset and length. */
export const PREFIX = 12
export const LEADER_EPOCH_AT = 12
export const MAGIC_AT = 16
/** CRC32C of everything from the attributes on. */
export const CRC_AT = 17
export const ATTRIBUTES_AT = 21
export const LAST_OFFSET_DELTA_AT = 23
export const BASE_TIMESTAMP_AT = 27
export const MAX_TIMESTAMP_AT = 35
export const PRODUCER_ID_AT = 43
export const PRODUCER_EPOCH_AT = 51
export const BASE_SEQUENCE_AT = 53
export const RECORD_COUNT_AT = 57
/** The whole header; records follow. */
export const BATCH_HEADER_LENGTH = 61

/** Bits of the attributes. */
export const COMPRESSION_BITS = 7
export const LOG_APPEND_TIME_BIT = 8
export const TRANSACTIONAL_BIT = 16
export const CONTROL_BIT = 32
