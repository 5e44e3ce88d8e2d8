/*
 * Where the header of a record batch has its fields, in bytes from its start (KIP-98). Offset, length and magic are in the
 * same place in messages of formats v0 and v1.
 */

/** Offset and length; the length counts what follows them. */
export const PREFIX = 12
export const MAGIC_AT = 16
/** CRC32C of all from the attributes on. */
export const CRC_AT = 17
export const ATTRIBUTES_AT = 21
/** The whole header; records follow. */
export const BATCH_HEADER_LENGTH = 61
