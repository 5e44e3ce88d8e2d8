import { controlLine, decodeLine } from '../coordinator/json.ts'
import type { LineFormat } from './recordLines.ts'

/** NDJSON: the records as `decodeLine` has them; where no batch could be read, an `error` with the place. */
export const jsonFormat: LineFormat = {
  record: (position, decoded) => `${decodeLine(position, decoded)}\n`,
  control: (position, marker) => `${controlLine(position, marker)}\n`,
  fault({ file, partition, offset, byteOffset: position, code, reason }) {
    const from = file === undefined ? {} : { file }
    return `${JSON.stringify({ ...from, partition, offset, error: { code, position, reason } })}\n`
  },
}
