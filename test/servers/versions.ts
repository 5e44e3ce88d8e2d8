/** What the tests, the demo and the benchmarks run on. A change here is downloaded by itself at the next start. */
export const versions = {
  kafka: '4.3.0',
  /** Older ones that koff reads as well: the first and the last 2.x (with ZooKeeper), an early KRaft, the last 3.x, the first 4.x. */
  olderKafka: ['2.4.1', '2.8.2', '3.3.2', '3.9.1', '4.0.0'],
  /** 3.0.x is the last line of Apicurio that runs on Java 17. */
  registry: '3.0.9',
  /** Carries redis-server binaries; used only where none is on the PATH. */
  embeddedRedis: '1.4.3',
  avro: '1.12.1',
  flink: '2.2.0',
  flinkKafka: '5.0.0-2.2',
  jackson: '2.21.2',
  java: 17,
} as const
