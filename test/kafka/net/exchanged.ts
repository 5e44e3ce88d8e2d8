import type { Exchange } from '../../../src/kafka/net/socket.ts'

/** A request of no API, as far as a socket knows requests: a length, a key, a version, a correlation id. */
export const exchanged: Exchange<Buffer> = {
  key: 9999,
  version: 0,
  encode: id => {
    const bytes = Buffer.alloc(12)
    bytes.writeInt32BE(8, 0)
    bytes.writeInt32BE(id, 8)
    return bytes
  },
  read: bytes => bytes,
  adopt: bytes => bytes,
}
