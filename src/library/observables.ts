import { Observable, type Subscriber } from 'rxjs'
import { Fold, type FoldOptions } from '../engine/fold.ts'
import type { Source } from '../engine/source.ts'
import { type EventType, eventTypes } from '../events/definitions.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { Delivery } from '../pipeline/deliver.ts'
import { pipeline } from '../pipeline/pipeline.ts'
import { source } from '../pipeline/source.ts'
import { type KafkaSourceOptions, openKafkaSource } from '../sources/kafka/source.ts'
import type { GroupView } from '../state/group/view.ts'
import type { Input } from '../state/input.ts'
import { type ConsumerMessage, messagesIn } from './messages.ts'

/** A cluster, or another source such as `() => openFiles(['recording.ndjson.gz'])`. */
export type SourceOptions =
  | (Omit<KafkaSourceOptions, 'fetchVersions' | 'signal'> & { readonly source?: undefined })
  | { readonly source: () => Promise<Source> }

export type EventsOptions = SourceOptions & Partial<Omit<FoldOptions, 'cluster' | 'tracksChanges'>>

/**
 * What happens to the groups. A subscription connects and reads; unsubscribing ends it. It completes where the source
 * ends, and fails with a `KoffError`. What was there before makes one `group-snapshot` a group unless `history` says else.
 *
 * An Observable cannot tell when its subscriber is done: for work that takes time use a sink or `concatMap`, and mind that
 * what waits there is in memory. Conditions that need log ends (`offset-stalled`, `lag-exceeded`) need a source with samples.
 */
export function events$(options: EventsOptions): Observable<KoffEvent> {
  return reading(options, (opened, subscriber: Subscriber<KoffEvent>) => {
    const fold = foldOf(opened, options)
    const give = (events: readonly KoffEvent[]) => {
      for (const event of events) subscriber.next(event)
    }
    return { chunks$: through(opened, fold, ({ events }) => give(events)), end: () => give(fold.end()) }
  })
}

/** The records of `__consumer_offsets`, decoded, with the markers of transactions. As `events$` in all else. */
export function records$(options: SourceOptions): Observable<ConsumerMessage> {
  return reading(options, (opened, subscriber: Subscriber<ConsumerMessage>) => ({
    chunks$: new Observable(chunks =>
      source<Input>(signal => opened.chunks(signal)).subscribe({
        next: ({ items, delivered }) => {
          for (const message of messagesIn(items, { position: () => undefined, topic: () => undefined })) {
            subscriber.next(message)
          }
          delivered()
        },
        error: error => chunks.error(error),
        complete: () => chunks.complete(),
      }),
    ),
  }))
}

/**
 * The groups: each as it is at the end of the first read, and again after a chunk that brought an event about it; of a
 * group that is gone there is none. As `events$` in all else.
 */
export function groups$(options: EventsOptions): Observable<GroupView> {
  return reading(options, (opened, subscriber: Subscriber<GroupView>) => {
    const fold = foldOf(opened, { ...options, types: ofGroups })
    const changed = new Set<string>()
    const note = (events: readonly KoffEvent[]) => {
      for (const { group } of events) if (group !== '') changed.add(group)
    }
    const give = () => {
      if (changed.size === 0) return
      for (const view of fold.groups()) if (changed.has(view.group)) subscriber.next(view)
      changed.clear()
    }
    const end = () => {
      note(fold.end())
      give()
    }
    return { chunks$: through(opened, fold, ({ events }) => note(events), give), end }
  })
}

const ofGroups: ReadonlySet<EventType> = new Set(eventTypes.filter(type => !type.startsWith('koff-')))

interface Reading {
  readonly chunks$: Observable<unknown>
  /** Called where the source ends by itself. */
  readonly end?: () => void
}

/** Opens the source for each subscription, and closes it with it. */
function reading<T>(
  options: SourceOptions,
  read: (opened: Source, subscriber: Subscriber<T>) => Reading,
): Observable<T> {
  return new Observable(subscriber => {
    const closing = new AbortController()
    const run = async () => {
      await using opened = await openSource(options, closing.signal)
      if (subscriber.closed) return
      const { chunks$, end } = read(opened, subscriber)
      await new Promise<void>((resolve, reject) => {
        subscriber.add(chunks$.subscribe({ error: reject, complete: resolve }))
        subscriber.add(() => resolve())
      })
      if (!subscriber.closed) end?.()
    }
    run().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    )
    return () => closing.abort()
  })
}

async function openSource(options: SourceOptions, signal: AbortSignal): Promise<Source> {
  return options.source === undefined ? openKafkaSource({ ...options, signal }) : options.source()
}

function foldOf({ cluster }: Source, options: Partial<FoldOptions>): Fold {
  const { history = 'until-start', types, snapshot, conditions } = options
  return new Fold({
    cluster,
    history,
    ...(types === undefined ? {} : { types }),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(conditions === undefined ? {} : { conditions }),
  })
}

function through(
  opened: Source,
  fold: Fold,
  take: (outcome: Parameters<Delivery['take']>[0]) => void,
  endChunk: () => void = () => undefined,
): Observable<unknown> {
  const delivery: Delivery = {
    take(outcome) {
      take(outcome)
      return undefined
    },
    async endChunk() {
      endChunk()
    },
  }
  return pipeline({ chunks: signal => opened.chunks(signal), fold, delivery })
}
