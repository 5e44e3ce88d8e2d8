import { callbackify } from 'node:util'
import { type Connection, Reader, type Writer } from '@platformatic/kafka'
import { requestWriter, writeInt16, writeInt32, writeNoTags, writeText, written } from './requestWriter.ts'
import { responseReader, skipTags } from './responseReader.ts'
import type { BrokerSocket } from './socket.ts'

/** What the library's requests need of a connection, over a socket of koff's. */
export function libraryConnection(socket: BrokerSocket, clientId: string): Connection {
  const exchange = async (apiKey: number, version: number, body: Writer, hasTags: boolean): Promise<Buffer> =>
    socket.exchange({
      encode: id => {
        const header = requestWriter(false)
        const tags = requestWriter(hasTags)
        writeInt32(header, 0) // the length, which is not known yet
        writeInt16(header, apiKey)
        writeInt16(header, version)
        writeInt32(header, id)
        writeText(header, clientId)
        writeNoTags(tags)
        const request = Buffer.concat([written(header), written(tags), body.buffer])
        request.writeInt32BE(request.length - 4, 0)
        return request
      },
    })
  const send: Connection['send'] = (apiKey, version, write, read, tagsAsked, tagsAnswered, done) => {
    const answered = Promise.resolve(write())
      .then(body => exchange(apiKey, version, body, tagsAsked))
      .then(bytes => {
        const reader = responseReader(bytes, tagsAnswered)
        skipTags(reader)
        return read(0, apiKey, version, Reader.from(bytes.subarray(reader.position)))
      })
    callbackify(() => answered)(done)
  }
  return { send } as unknown as Connection
}
