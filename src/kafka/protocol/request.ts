import { KoffError } from '../../base/errors.ts'
import {
  type RequestWriter,
  requestWriter,
  writeInt16,
  writeInt32,
  writeNoTags,
  writeText,
  written,
} from './requestWriter.ts'
import { type ResponseReader, responseReader, skipTags } from './responseReader.ts'

/** One request of Kafka's protocol, as data: a connection sends it and reads its response by these fields. */
export interface Request<I, O> {
  readonly name: string
  readonly key: number
  /** The versions that koff speaks, best first. */
  readonly versions: readonly number[]
  /** From this version on, lengths are compact and structures end with tagged fields (KIP-482). */
  readonly flexibleFrom: number
  /** True where the header of the response has no tagged fields in any version: only ApiVersions (KIP-511). */
  readonly hasPlainHeader?: true
  /** Writes the fields of the body, without the tagged fields at its end. */
  readonly write: (writer: RequestWriter, input: I, version: number) => void
  /** Throws a `DecodeFault` where the bytes are malformed, and a `ProtocolError` where they hold an error code only. */
  readonly read: (reader: ResponseReader, version: number) => O
  /** Restores a value that another thread has read: a copy between threads has a Uint8Array in place of a Buffer. */
  adopt?(this: void, value: O): O
}

export interface Response<O> {
  readonly value: O
  /** How long the broker delayed the response, because the client exceeded a quota (KIP-219). */
  readonly throttleMs: number
}

/** API key → the versions that a broker speaks. */
export type ApiVersions = ReadonlyMap<number, VersionRange>

export interface VersionRange {
  readonly min: number
  readonly max: number
}

/** The best version that both sides speak; undefined where there is none. */
export function commonVersion({ key, versions }: Request<never, unknown>, theirs: ApiVersions): number | undefined {
  const range = theirs.get(key)
  return versions.find(candidate => range !== undefined && candidate >= range.min && candidate <= range.max)
}

/** As `commonVersion`. Fails with `UNSUPPORTED` where there is none. */
export function pickVersion(request: Request<never, unknown>, theirs: ApiVersions): number {
  const version = commonVersion(request, theirs)
  if (version !== undefined) return version
  const { name, key, versions } = request
  const range = theirs.get(key)
  const offered = range === undefined ? 'none' : `${range.min} to ${range.max}`
  throw new KoffError(
    'UNSUPPORTED',
    `the broker speaks ${offered} of ${name}, koff ${versions.at(-1)} to ${versions[0]}; koff reads Kafka 2.4 and later`,
  )
}

export interface RequestHeader {
  readonly version: number
  readonly correlationId: number
  readonly clientId: string
}

/** The whole request, its length included. */
export function encodeRequest<I>(
  { key, flexibleFrom, write }: Request<I, unknown>,
  input: I,
  { version, correlationId, clientId }: RequestHeader,
): Buffer {
  const header = requestWriter(false)
  const body = requestWriter(version >= flexibleFrom)
  writeInt32(header, 0) // the length, set below
  writeInt16(header, key)
  writeInt16(header, version)
  writeInt32(header, correlationId)
  writeText(header, clientId)
  writeNoTags(body) // of the header, whose strings are never compact
  write(body, input, version)
  writeNoTags(body)
  const request = Buffer.concat([written(header), written(body)])
  request.writeInt32BE(request.length - 4, 0)
  return request
}

/** Reads what follows the correlation id. */
export function readResponse<O>(request: Request<never, O>, version: number, bytes: Buffer): Response<O> {
  const reader = responseReader(bytes, version >= request.flexibleFrom)
  if (request.hasPlainHeader !== true) skipTags(reader)
  const value = request.read(reader, version)
  return { value, throttleMs: reader.throttleMs }
}
