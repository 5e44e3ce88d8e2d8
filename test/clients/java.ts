import type { DownloadOptions } from '../servers/maven.ts'
import { type JavaAdmin, javaAdmin } from './admin.ts'
import { type AvroMessage, type AvroOptions, readAvro } from './avro.ts'
import { type ConsumerOptions, type JavaConsumer, javaConsumer } from './consumer.ts'
import { type Jvm, startJvm } from './jvm.ts'
import { type JavaProducer, javaProducer, type ProducerOptions } from './producer.ts'
import { type JavaShareConsumer, javaShareConsumer, type ShareOptions } from './share.ts'
import { type JavaStreams, javaStreams, type StreamsOptions } from './streams.ts'
import { type JavaTable, javaTable, type TableOptions } from './table.ts'

/** Kafka's own Java clients in one process; disposing of it is kill -9. */
export interface JavaClients extends AsyncDisposable {
  readonly pid: number
  /** Resolves when the client exists; a member may not be in its group yet: see `assigned`. */
  admin(bootstrap: string): Promise<JavaAdmin>
  consumer(options: ConsumerOptions): Promise<JavaConsumer>
  shareConsumer(options: ShareOptions): Promise<JavaShareConsumer>
  producer(options: ProducerOptions): Promise<JavaProducer>
  streams(options: StreamsOptions): Promise<JavaStreams>
  /** A compacted topic as Kafka Streams keeps it. */
  table(options: TableOptions): Promise<JavaTable>
  /** Reads a topic from its beginning with Avro's own reader, and the registry's schema by its id. */
  readAvro(options: AvroOptions): Promise<readonly AvroMessage[]>
  /** kill -9 of the process with everything in it. */
  kill(): Promise<void>
  /** Closes all clients in order (members leave), then the process. */
  close(): Promise<void>
}

/** Starts a Java process without clients. What is to be killed by itself needs a process of its own. */
export async function startJava(options: DownloadOptions = {}): Promise<JavaClients> {
  const jvm: Jvm = await startJvm(options)
  return {
    pid: jvm.pid,
    admin: bootstrap => javaAdmin(jvm, bootstrap),
    consumer: consumer => javaConsumer(jvm, consumer),
    shareConsumer: consumer => javaShareConsumer(jvm, consumer),
    producer: producer => javaProducer(jvm, producer),
    streams: application => javaStreams(jvm, application),
    table: table => javaTable(jvm, table),
    readAvro: topic => readAvro(jvm, topic),
    kill: () => jvm.kill(),
    close: () => jvm.close(),
    [Symbol.asyncDispose]: () => jvm.kill(),
  }
}
