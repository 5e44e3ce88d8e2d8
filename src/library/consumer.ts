import { Observable, Subject } from 'rxjs'
import { type KafkaSourceOptions, openKafkaSource } from '../sources/kafka/source.ts'
import { type Channel, channelOf } from './channel.ts'
import { type ConsumerMessage, messagesIn } from './messages.ts'

/** As of a source; `signal` closes the consumer when it aborts. */
export type ConsumerOptions = Omit<KafkaSourceOptions, 'fetchVersions'>

/** How far one partition of `__consumer_offsets` is read. */
export interface PartitionProgress {
  readonly partition: number
  /** All messages below this offset were handed out. */
  readonly position: number
  /** The partition's high watermark as the broker last said. */
  readonly logEnd: number
  /** logEnd − position: how many offsets the consumer is behind. */
  readonly lag: number
  /** When the broker said so, ms since the epoch. */
  readonly timestamp: number
}

export interface Consumer extends AsyncDisposable {
  /**
   * The messages of all partitions, those of one partition in log order. One stream, as an async iterable and as an
   * Observable: each message is given once, to whoever asks first; who leaves and comes back goes on where it was left.
   *
   * Pulled: koff fetches on only when what was fetched is taken, so memory stays bounded. An Observable cannot tell when
   * its subscriber is done, so work that takes time belongs into `for await`. Ends when the consumer is closed, or with
   * `untilEnd` at the end; fails with a `KoffError`: BROKER_UNREACHABLE, AUTHENTICATION_FAILED, AUTHORIZATION_FAILED.
   */
  readonly messages: Observable<ConsumerMessage> & AsyncIterable<ConsumerMessage, void>
  /** Every partition that is read, as of now. Partitions that are added to the topic come to it by themselves. */
  readonly partitions: ReadonlyMap<number, PartitionProgress>
  /** Emits whenever a partition is found, or its position or log end changes. Completes with the messages. */
  readonly partitions$: Observable<PartitionProgress>
  /** What topic ids are called, as far as the cluster tells: the records of newer groups name topics by id only. */
  readonly topicNames: ReadonlyMap<string, string>
  /** Ends `messages` and closes all connections; resolves when that is done. May be called again. */
  close(): Promise<void>
}

/**
 * A consumer of `__consumer_offsets`: reads all partitions from the earliest record on and then follows them, decoded.
 * It connects when the first message is asked for, is in no consumer group, and commits nothing.
 *
 * Reads uncommitted: a message with a `transaction` counts when a `marker` of its producer says COMMIT. For what is
 * really committed, and for what happened, fold the inputs of a source (`Fold`).
 *
 * Needs Describe and Read on the topic.
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { signal: outer, ...sourceOptions } = options
  const closing = new AbortController()
  const signal = outer === undefined ? closing.signal : AbortSignal.any([outer, closing.signal])
  const partitions = new Map<number, PartitionProgress>()
  const topicNames = new Map<string, string>()
  const progress = new Subject<PartitionProgress>()
  const chunks = readChunks()
  const channel = channelOf(chunks, () => signal.aborted)

  async function* readChunks(): AsyncGenerator<Iterable<ConsumerMessage>, void, undefined> {
    try {
      await using source = await openKafkaSource({ ...sourceOptions, signal })
      for await (const inputs of source.chunks(signal)) {
        yield messagesIn(inputs, {
          position: ({ partition, position, logEnd, timestamp }) => {
            const seen = { partition, position, logEnd, lag: Math.max(0, logEnd - position), timestamp }
            partitions.set(partition, seen)
            progress.next(seen)
          },
          topic: ({ id, name }) => void topicNames.set(id, name),
        })
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      progress.complete()
    }
  }

  // Nobody may be asking for messages when the signal aborts.
  signal.addEventListener('abort', () => void chunks.return().catch(() => undefined), { once: true })

  const close = async () => {
    closing.abort()
    // Queued behind a read that is under way, which the abort ends.
    await chunks.return()
    progress.complete()
  }
  return {
    messages: streamOf(channel),
    partitions,
    partitions$: progress.asObservable(),
    topicNames,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function streamOf<T extends object>(channel: Channel<T>): Observable<T> & AsyncIterable<T, void> {
  const observable = new Observable<T>(subscriber => {
    async function pump(): Promise<void> {
      while (await channel.ready()) {
        for (;;) {
          if (subscriber.closed) return
          const item = channel.take()
          if (item === null) break
          subscriber.next(item)
        }
      }
    }
    pump().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    )
  })
  return Object.assign(observable, {
    [Symbol.asyncIterator]: (): AsyncIterator<T, void> => ({
      async next() {
        while (await channel.ready()) {
          const item = channel.take()
          if (item !== null) return { done: false, value: item }
        }
        return { done: true, value: undefined }
      },
    }),
  })
}
