import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { GroupItem } from '../items.ts'

/** What a row of `states` holds of a group. */
export type StateBody = Pick<GroupItem, 'header' | 'isFull' | 'members' | 'gone'>

/** Shorter texts do not get shorter by much. */
const shortest = 200
const PLAIN = 0
const ZSTD = 1

/** One byte that says how, then JSON. */
export function packState({ header, isFull, members, gone }: StateBody): Buffer {
  const text = Buffer.from(JSON.stringify({ header, isFull, members, gone } satisfies StateBody))
  const isPlain = text.length < shortest
  return Buffer.concat([Buffer.of(isPlain ? PLAIN : ZSTD), isPlain ? text : zstdCompressSync(text)])
}

export function unpackState(bytes: Uint8Array): StateBody {
  const rest = Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1)
  const text = bytes[0] === ZSTD ? zstdDecompressSync(rest) : rest
  return JSON.parse(text.toString()) as StateBody
}
