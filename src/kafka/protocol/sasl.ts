import { readInt16, readInt64 } from '../records/reader.ts'
import type { Request } from './request.ts'
import { writeBytes, writeText } from './requestWriter.ts'
import { readArray, readBlob, readNullableText, readText } from './responseReader.ts'

export interface SaslHandshake {
  /** 0 for none. */
  readonly errorCode: number
  /** The mechanisms that the listener offers. */
  readonly offered: readonly string[]
}

/** Chooses a SASL mechanism, by name. */
export const saslHandshake: Request<string, SaslHandshake> = {
  name: 'SaslHandshake',
  key: 17,
  versions: [1],
  flexibleFrom: Number.POSITIVE_INFINITY,
  write: (writer, mechanism) => writeText(writer, mechanism),
  read: reader => ({
    errorCode: readInt16(reader),
    offered: readArray(reader, 'mechanisms', () => readText(reader, 'mechanism')),
  }),
}

export interface SaslAuthenticate {
  /** 0 for none. */
  readonly errorCode: number
  readonly bytes: Buffer
  /** How long the authentication is valid, 0 for ever (KIP-368). */
  readonly sessionMs: number
}

/** One message of a SASL mechanism, and the server's next one. */
export const saslAuthenticate: Request<Uint8Array, SaslAuthenticate> = {
  name: 'SaslAuthenticate',
  key: 36,
  versions: [2, 1],
  flexibleFrom: 2,
  write: (writer, message) => writeBytes(writer, message),
  read: reader => {
    const errorCode = readInt16(reader)
    readNullableText(reader, 'error_message')
    return { errorCode, bytes: readBlob(reader, 'auth_bytes'), sessionMs: Number(readInt64(reader)) }
  },
}
