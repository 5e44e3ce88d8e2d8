import { readBool, readInt8, readInt16 } from '../records/reader.ts'
import type { Request } from './request.ts'
import { writeArray, writeBool, writeInt8, writeText } from './requestWriter.ts'
import { readArray, readNullableText, readText, readThrottleTime } from './responseReader.ts'

export interface TopicConfig {
  /** Kafka's error code, 0 for none. */
  readonly errorCode: number
  /** By name, those of the broker's defaults included; null for a value that the broker keeps to itself. */
  readonly values: ReadonlyMap<string, string | null>
}

const topicResource = 2

/** All settings of one topic. */
export const describeTopicConfig: Request<string, TopicConfig> = {
  name: 'DescribeConfigs',
  key: 32,
  versions: [4, 2, 1],
  flexibleFrom: 4,
  write: (writer, topic, version) => {
    writeArray(writer, [topic], name => {
      writeInt8(writer, topicResource)
      writeText(writer, name)
      writeArray(writer, null, () => undefined) // every setting
    })
    writeBool(writer, false) // synonyms
    if (version >= 3) writeBool(writer, false) // documentation
  },
  read: (reader, version) => {
    readThrottleTime(reader)
    const [result] = readArray(reader, 'results', () => {
      const errorCode = readInt16(reader)
      readNullableText(reader, 'error_message')
      readInt8(reader) // resource type
      readText(reader, 'resource_name')
      const values = readArray(reader, 'configs', () => {
        const name = readText(reader, 'name')
        const value = readNullableText(reader, 'value')
        readBool(reader) // read only
        readInt8(reader) // where it is set
        readBool(reader) // sensitive
        readArray(reader, 'synonyms', () => {
          readText(reader, 'name')
          readNullableText(reader, 'value')
          readInt8(reader) // where it is set
        })
        if (version >= 3) {
          readInt8(reader) // type
          readNullableText(reader, 'documentation')
        }
        return [name, value] as const
      })
      return { errorCode, values: new Map(values) }
    })
    return result ?? { errorCode: 0, values: new Map() }
  },
}
