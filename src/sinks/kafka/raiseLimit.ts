/** Kafka's default. No message of koff's is larger: an event takes 512 KiB at most, larger state is stored in pieces. */
export const maxMessageBytes = 1_048_588

interface Limited {
  readonly topic: string
  readonly brokers: readonly string[]
}

/** What to do for a topic with a limit below the size of koff's messages. */
export function raiseLimit({ topic, brokers }: Limited): string {
  const entity = `--entity-type topics --entity-name ${topic}`
  const command = `kafka-configs --bootstrap-server ${brokers.join(',')} --alter ${entity} --add-config max.message.bytes=${maxMessageBytes}`
  return `koff writes messages of up to 1 MiB: ${command}`
}
