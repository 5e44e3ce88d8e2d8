import packageJson from '../../../package.json' with { type: 'json' }
import { readInt16 } from '../records/reader.ts'
import { ProtocolError } from './errors.ts'
import type { ApiVersions, Request } from './request.ts'
import { writeText } from './requestWriter.ts'
import { readArray } from './responseReader.ts'

/** Which versions of each request the broker speaks (KIP-35). Version 3 sends the client's name, too (KIP-511). */
export const apiVersions: Request<null, ApiVersions> = {
  name: 'ApiVersions',
  key: 18,
  versions: [3],
  flexibleFrom: 3,
  hasPlainHeader: true,
  write: writer => {
    writeText(writer, packageJson.name)
    writeText(writer, packageJson.version)
  },
  read: reader => {
    // A broker that does not speak this version answers in version 0, which begins with the error code, too.
    const errorCode = readInt16(reader)
    if (errorCode !== 0) throw new ProtocolError(errorCode)
    return new Map(
      readArray(reader, 'api_keys', () => [readInt16(reader), { min: readInt16(reader), max: readInt16(reader) }]),
    )
  },
}
