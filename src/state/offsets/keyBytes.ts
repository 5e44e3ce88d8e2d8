/**
 * The bytes that identify an offset's row: its key after the version, two strings with int16 lengths and an int32.
 * Names that are not UTF-8 are in the form in which Kafka prints them. That form can exceed what a length holds, which
 * does not matter: these bytes are compared and never parsed.
 */
export function keyBytes(group: string, topic: string, partition: number): Buffer {
  const groupLength = Buffer.byteLength(group)
  const topicLength = Buffer.byteLength(topic)
  const key = Buffer.allocUnsafe(8 + groupLength + topicLength)
  key.writeUInt16BE(groupLength & 0xffff, 0)
  key.write(group, 2)
  key.writeUInt16BE(topicLength & 0xffff, 2 + groupLength)
  key.write(topic, 4 + groupLength)
  key.writeInt32BE(partition, 4 + groupLength + topicLength)
  return key
}
