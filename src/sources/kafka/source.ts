import { KoffError } from '../../base/errors.ts'
import { type Log, noLog } from '../../base/log.ts'
import { tellOpening } from '../../base/opening.ts'
import type { PartitionOutages } from '../../base/outage.ts'
import { consumerOffsets } from '../../coordinator/consumerOffsets.ts'
import type { Source } from '../../engine/source.ts'
import { type Cluster, openCluster } from '../../kafka/client/cluster.ts'
import { batchCodecs } from '../../kafka/codecs/codecs.ts'
import type { FetchLimits } from '../../kafka/consumer/brokerFetcher.ts'
import { createBrokerFetchers } from '../../kafka/consumer/brokerFetchers.ts'
import { FetchSession } from '../../kafka/consumer/fetchSession.ts'
import { createMetadataTask } from '../../kafka/consumer/metadataTask.ts'
import type { OutageLimits } from '../../kafka/consumer/outageLimits.ts'
import type { From } from '../../kafka/consumer/partitionTable.ts'
import { createWakeUp } from '../../kafka/consumer/wakeUp.ts'
import { type BrokerOptions, defaultConnectTimeoutMs } from '../../kafka/net/brokerOptions.ts'
import { codes } from '../../kafka/protocol/errors.ts'
import { fetch, type Isolation } from '../../kafka/protocol/fetch.ts'
import type { BatchFault } from '../../kafka/records/batch.ts'
import { borrowReaderThread, type ReaderThread } from '../../kafka/thread/readerThread.ts'
import type { Input } from '../../state/input.ts'
import { absentText, type HiddenTopicCheck, hiddenTopicCheck } from './hiddenTopic.ts'
import { inputsOf } from './inputs.ts'
import { readingOutages } from './readingOutages.ts'
import { createTopicIds, type TopicIds } from './topicIds.ts'

export interface KafkaSourceOptions extends BrokerOptions {
  /** Default `__consumer_offsets`. */
  readonly topic?: string
  /** All present and future ones unless given. */
  readonly partitions?: readonly number[]
  /** Where to begin; default `earliest`. Partitions that are added later are read from their start. */
  readonly from?: From
  /** False fails where the topic does not exist; by default koff waits for it, and never creates it. */
  readonly waitForTopic?: boolean
  /**
   * Called with Kafka's id of the topic, null where it has none, before anything is read; if it throws, so does the
   * opening.
   */
  readonly checkTopic?: (id: string | null) => void
  /** True: the topic did not exist when koff started, so that nothing in it is history. */
  readonly isNew?: boolean
  /** `committed` leaves out markers, aborted transactions and what follows an open one. Default `uncommitted`. */
  readonly isolation?: Isolation
  /** Where to continue if the log ends before the position. Default `end`. */
  readonly beyondEnd?: 'start' | 'end'
  /** The maximum number of batches in a chunk; a few unless given. */
  readonly batchesAtATime?: number
  /** False for a topic without records of a group coordinator, which needs no names of topics; true unless given. */
  readonly topicNames?: boolean
  /** True ends when every partition is read to where its log ended at the first answer. */
  readonly untilEnd?: boolean
  /**
   * How long all partitions may fail to be read at the start, ms; then it ends with `BROKER_UNREACHABLE`. For ever unless given.
   * With `untilEnd` no partition may fail for longer than `connectTimeoutMs`, at any time.
   */
  readonly beginWithinMs?: number
  /** How long a broker may wait for new records. Default 500. */
  readonly maxWaitMs?: number
  /** The maximum size of a response, except for one larger record batch. Default 4 MiB. */
  readonly maxBytes?: number
  /** The maximum size of one partition in a response. Default 1 MiB. */
  readonly maxPartitionBytes?: number
  /** The maximum age of metadata, and so the delay until added partitions are found. Default 60,000. */
  readonly metadataMaxAgeMs?: number
  /** Receives notices: waiting for a broker or the topic, failures and their end, lost records. */
  readonly log?: Log
  /**
   * Receives partitions that cannot be read for a while, in place of the log; the log then has no lines of the first
   * contact, either.
   */
  readonly outages?: PartitionOutages
  /** Aborts the source, and the first contact before `connectTimeoutMs`. */
  readonly signal?: AbortSignal
  /** Versions of the Fetch request to choose from, best first; all that koff speaks unless given. */
  readonly fetchVersions?: readonly number[]
}

const codecs = batchCodecs()

/**
 * Reads a topic live: every partition from its leader, uncommitted, with control batches, from the given position on,
 * without an end. It waits through restarts, elections and lost connections without skipping or repeating a record;
 * records that the cluster lost are reported as faults.
 * Needs Describe and Read on the topic. Fails with `BROKER_UNREACHABLE` when no broker answers in `connectTimeoutMs`,
 * with `AUTHENTICATION_FAILED` or `AUTHORIZATION_FAILED` where koff is refused, with `UNSUPPORTED` where the cluster
 * hides the topic, also later on.
 */
export async function openKafkaSource(options: KafkaSourceOptions): Promise<Source> {
  checkOptions(options)
  const closing = new AbortController()
  options.signal?.throwIfAborted()
  const { signal } = closing
  options.signal?.addEventListener('abort', () => closing.abort(options.signal?.reason), { once: true, signal })
  const { brokers, log, outages } = options
  // A caller that passes `outages` opens the source again by itself, and reports that.
  const opening = log === undefined || outages !== undefined ? undefined : tellOpening(log)
  await using parts = new AsyncDisposableStack()
  parts.defer(() => closing.abort())
  const thread = parts.use(borrowReaderThread())
  const cluster = await openCluster(options, signal, opening?.(`Kafka at ${brokers.join(',')}`))
  parts.defer(() => cluster.close())
  const source = new KafkaSource({ cluster, thread, options, closing })
  await source.open()
  parts.move()
  return source
}

/** The most likely mistake of a program without types, which would otherwise fail later with another message. */
function checkOptions({ brokers, from = 'earliest' }: KafkaSourceOptions): void {
  if (!Array.isArray(brokers)) throw new KoffError('CONFIG_INVALID', 'brokers: must be a list of host:port')
  if (isStart(from)) return
  const known = 'earliest, latest, { timestamp: ms } or a Map of offsets by partition'
  throw new KoffError('CONFIG_INVALID', `from: must be ${known}`)
}

function limitsOf({ untilEnd, beginWithinMs, outages, connectTimeoutMs }: KafkaSourceOptions): OutageLimits {
  // A caller that takes the outages decides how long to wait.
  const endsByItself = untilEnd === true && outages === undefined
  return {
    beginMs: beginWithinMs ?? Number.POSITIVE_INFINITY,
    partitionMs: endsByItself ? (connectTimeoutMs ?? defaultConnectTimeoutMs) : Number.POSITIVE_INFINITY,
  }
}

function isStart(from: unknown): boolean {
  if (typeof from === 'string') return from === 'earliest' || from === 'latest'
  return typeof from === 'object' && from !== null && ('timestamp' in from || 'get' in from)
}

interface SourceParts {
  readonly cluster: Cluster
  readonly thread: ReaderThread
  readonly options: KafkaSourceOptions
  readonly closing: AbortController
}

class KafkaSource implements Source {
  readonly cluster: string
  readonly #cluster: Cluster
  readonly #thread: ReaderThread
  readonly #topic: string
  readonly #options: KafkaSourceOptions
  readonly #closing: AbortController
  readonly #session: FetchSession
  readonly #topicIds: TopicIds | null
  readonly #check: HiddenTopicCheck
  readonly #limits: FetchLimits
  /** Inputs that are ready before the first chunk is requested. */
  #first: Input[] = []
  /** The rest of the last response. */
  #parts: Iterator<readonly Input[]> = [].values()

  constructor({ cluster, thread, options, closing }: SourceParts) {
    const { topic = consumerOffsets, partitions = null, from = 'earliest', untilEnd = false, isNew = false } = options
    const { metadataMaxAgeMs = 60_000, isolation = 'uncommitted', beyondEnd = 'end' } = options
    const request = { ...fetch, versions: options.fetchVersions ?? fetch.versions }
    const { maxWaitMs = 500, maxBytes = 4 * 1024 * 1024, maxPartitionBytes = 1024 * 1024 } = options
    this.cluster = cluster.id
    this.#cluster = cluster
    this.#thread = thread
    this.#topic = topic
    this.#options = options
    this.#closing = closing
    this.#limits = { maxWaitMs, maxBytes, maxPartitionBytes, isolation, request }
    this.#topicIds = options.topicNames === false ? null : createTopicIds(cluster)
    this.#check = hiddenTopicCheck(cluster, topic)
    const { log = noLog, outages = readingOutages(topic, log, () => this.#session.table.outageLimitMs) } = options
    this.#session = new FetchSession({
      topic,
      partitions,
      from,
      untilEnd,
      isNew,
      metadataMaxAgeMs,
      codecs,
      beyondEnd,
      log,
      outages,
      limits: limitsOf(options),
      absentText: isWaiting => absentText(topic, isWaiting),
    })
  }

  /** Finds out whether koff may see the topic, and the names of all topics. */
  async open(): Promise<void> {
    const { signal } = this.#closing
    const { topics } = await this.#cluster.metadata({ names: [this.#topic] }, signal)
    const found = await this.#check(topics[0], signal)
    const isRefused = found?.errorCode === codes.TOPIC_AUTHORIZATION_FAILED
    if (this.#options.waitForTopic === false && !isRefused && (found?.partitions.length ?? 0) === 0) {
      throw new KoffError('BROKER_ERROR', `${this.#broker}: the cluster has no topic ${this.#topic}`)
    }
    if (found?.errorCode === 0) this.#options.checkTopic?.(found.id)
    this.#first.push(...faultInputs(this.#session.table.receiveMetadata(found, this.#broker)))
    if (this.#topicIds !== null) this.#first.push(...(await this.#topicIds.all(signal)))
  }

  async *chunks(signal: AbortSignal): AsyncGenerator<readonly Input[], void, void> {
    const ended = new AbortController()
    const stop = AbortSignal.any([signal, this.#closing.signal, ended.signal])
    const { wake, wait } = createWakeUp()
    const parts = { cluster: this.#cluster, topic: this.#topic, session: this.#session, signal: stop, wake }
    const metadata = createMetadataTask({ ...parts, check: this.#check })
    const fetchers = createBrokerFetchers({ ...parts, limits: this.#limits, thread: this.#thread })
    try {
      if (this.#first.length > 0) yield this.#first.splice(0)
      while (!stop.aborted) {
        const part = this.#parts.next()
        if (part.done !== true) {
          if (part.value.length > 0) yield await this.#withNames(part.value, stop)
          continue
        }
        if (this.#session.isOver) return
        metadata.startIfDue()
        fetchers.start()
        const faults = metadata.take()
        const fetched = faults === null ? fetchers.take() : null
        if (faults !== null) this.#parts = [faultInputs(faults)].values()
        else if (fetched !== null) this.#parts = inputsOf(fetched, { codecs, ...this.#options })
        else await wait(Math.min(metadata.dueInMs(), this.#session.table.checkOutage()), stop)
      }
    } finally {
      ended.abort()
      fetchers.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    this.#cluster.close()
    this.#thread[Symbol.dispose]()
  }

  /** Records do not wait for a name that cannot be found now: their reader has the id. */
  async #withNames(inputs: readonly Input[], signal: AbortSignal): Promise<readonly Input[]> {
    if (this.#topicIds === null) return inputs
    try {
      const names = await this.#topicIds.missing(inputs, signal)
      return names.length === 0 ? inputs : [...names, ...inputs]
    } catch (error) {
      if (error instanceof KoffError) return inputs
      throw error
    }
  }

  get #broker(): string {
    return this.#cluster.connection?.broker ?? this.#options.brokers.join(', ')
  }
}

function faultInputs(faults: readonly BatchFault[]): readonly Input[] {
  return faults.map(fault => ({ kind: 'fault', fault }))
}
