/** A secret as text, or the file that holds it, relative to the pipeline's own file. */
type SecretSpec = string | { readonly file: string }

export interface RegistrySpec {
  /** Of the Confluent-compatible API. */
  readonly url: string
  readonly username?: string
  readonly password?: SecretSpec
  /** 10 s unless given. */
  readonly timeoutMs?: number
}

export interface TlsSpec {
  /** Path of a PEM file, or its text. */
  readonly ca?: string
  /** With `key`. */
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: SecretSpec
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
}

/** Lines on standard output. */
export interface StdoutSpec {
  readonly type: 'stdout'
  /** `auto` unless given: for people on a terminal, else NDJSON. */
  readonly format?: 'auto' | 'human' | 'json'
}

/** Avro or JSON in topics of the cluster that is watched. */
export interface KafkaSpec {
  readonly type: 'kafka'
  /** Where all events go. Or `routes`. */
  readonly topic?: string
  /** A topic for each type, in place of `topic`: a pattern with `{type}`. */
  readonly routes?: string
  /** `avro` unless given. */
  readonly format?: 'avro' | 'json'
  /** For Avro. */
  readonly registry?: RegistrySpec
  /** Which subjects of the registry have the schemas; by whether a topic has one type, or several, unless given. */
  readonly subjects?: 'topic' | 'record' | 'topic-record'
  /** Of a topic that koff has to create; 8 unless given. */
  readonly partitions?: number
  readonly replicationFactor?: number
  /** Of the pipeline that carries the state, and of no other. */
  readonly minInsyncReplicas?: number
  readonly stateTopic?: string
  /** A compacted topic with each group as it is; none unless given. */
  readonly groupsTopic?: string
  /** A group is written there at most once in so long; 1 s unless given. */
  readonly groupsEveryMs?: number
}

/** How to reach Redis: one of `url`, `cluster` and `sentinel`; redis://localhost:6379 unless given. */
export interface RedisSpec {
  /** redis://[user:password@]host[:port][/db], or rediss:// for TLS. */
  readonly url?: string
  /** `host:port` of some nodes of a Redis Cluster. */
  readonly cluster?: readonly string[]
  readonly sentinel?: {
    /** Of the primary, as the sentinels call it. */
    readonly name: string
    readonly nodes: readonly string[]
    readonly username?: string
    readonly password?: SecretSpec
  }
  readonly username?: string
  readonly password?: SecretSpec
  readonly db?: number
  readonly tls?: boolean | TlsSpec
  /** 10 s unless given. */
  readonly connectTimeoutMs?: number
  /** How long Redis may be silent while it owes an answer; 10 s unless given. */
  readonly answerTimeoutMs?: number
}

/** Jobs in a queue of BullMQ: job id = event id, job name = event type. */
export interface BullmqSpec {
  readonly type: 'bullmq'
  readonly queue: string
  /** Of the keys in Redis: `bull` unless given, in a Redis Cluster `{bull}`. */
  readonly prefix?: string
  readonly redis?: RedisSpec
  /** What a job holds: the event as JSON (unless given), as base64 of Avro in Confluent's wire format, or both. */
  readonly payload?: 'json' | 'avro' | 'both'
  /** For Avro. */
  readonly registry?: RegistrySpec
  readonly subjects?: 'topic' | 'record' | 'topic-record'
  /** How often a worker may try a job; 3 unless given. */
  readonly attempts?: number
  /** Pause between attempts; exponential from 1 s unless given. */
  readonly backoff?: { readonly type?: 'fixed' | 'exponential'; readonly delayMs?: number }
  /** How long done jobs stay, by which a repeat is recognised: longer than any replay. 8 days unless given. */
  readonly keepCompletedMs?: number
  readonly keepFailedMs?: number
}

/** Events in a SQLite file of this machine, each once. */
export interface HistorySpec {
  readonly type: 'history'
  /** Relative to the pipeline's own file. */
  readonly file: string
}

export type SinkSpec = StdoutSpec | KafkaSpec | BullmqSpec | HistorySpec
