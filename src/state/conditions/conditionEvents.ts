import { type ClosingType, type EventData, type EventType, type OpeningType, rankOf } from '../../events/definitions.ts'
import type { EventGroupType, KoffEvent } from '../../events/envelope.ts'
import { newEvent } from '../../events/newEvent.ts'
import { dataParts } from '../../events/parts.ts'
import { definitions } from '../../events/registry.ts'
import { compareText } from '../group/group.ts'

/** An open condition: the event that opened it. */
export interface Open {
  readonly id: string
  readonly time: number
}

/** The record of `__consumer_offsets` that an event is about. */
export interface Anchor {
  readonly offset: number
  readonly timestamp: number
}

/** The last number given to a type of event, and the offset that it was anchored to. */
export type Numbers = Map<string, readonly [offset: number, n: number]>

/** The subject of an event. */
export interface About {
  readonly group: string
  readonly groupType: EventGroupType
  readonly anchor: Anchor
  /** Of the thing the condition is of: no two events of one type get the same id. */
  readonly numbers: Numbers
}

/** The type that closes each opening type. */
const closings = new Map<string, EventType>(
  definitions.flatMap(({ type, closes }) => (closes === null ? [] : [[closes, type] as const])),
)

/** Where nothing else is said, `durationMs` counts from the opening event. */
type ClosingData<T extends OpeningType> = Omit<EventData<ClosingType<T>>, 'opened' | 'durationMs'> & {
  readonly durationMs?: number | null
}

/**
 * Creates the events of conditions, with their ids `<partition>-<offset>-<type>-<n>` (n counts the events of one type
 * that are anchored to one record) and their order.
 */
export class ConditionEvents {
  readonly #partition: number
  readonly #cluster: string
  #events: KoffEvent[] = []
  /** How often a type was anchored to an offset since the last `take`: a marker is the record of several groups. */
  readonly #now = new Map<EventType, Map<number, number>>()

  constructor(partition: number, cluster: string) {
    this.#partition = partition
    this.#cluster = cluster
  }

  /** `time`: when the condition became true. */
  open<T extends OpeningType>(type: T, about: About, time: number, data: EventData<T>): Open {
    return { id: this.#add(type, about, time, data), time }
  }

  close<T extends OpeningType>(type: T, open: Open, about: About, time: number, data: ClosingData<T>): void {
    const { durationMs = Math.max(0, time - open.time) } = data
    this.#add(closingOf(type), about, time, { ...data, opened: open.id, durationMs })
  }

  /** An event that opens nothing. */
  add<T extends EventType>(type: T, about: About, time: number, data: EventData<T>): void {
    this.#add(type, about, time, data)
  }

  /** The events since the last call: by group, then in the order of the contract, then by topic and partition. */
  take(): KoffEvent[] {
    if (this.#events.length === 0) return this.#events
    const events = this.#events.sort(
      (a, b) =>
        compareText(a.group, b.group) ||
        rankOf(a.type) - rankOf(b.type) ||
        comparePlaces(a.data, b.data) ||
        a.source.offset - b.source.offset,
    )
    this.#events = []
    this.#now.clear()
    return events
  }

  #add(type: EventType, about: About, time: number, data: object): string {
    const { group, groupType, anchor, numbers } = about
    const { offset } = anchor
    const last = numbers.get(type)
    let now = this.#now.get(type)
    if (now === undefined) this.#now.set(type, (now = new Map()))
    const n = Math.max(last !== undefined && last[0] === offset ? last[1] + 1 : 0, now.get(offset) ?? 0)
    const idOf = (at: number) => `${this.#partition}-${offset}-${type}-${n + at}`
    const source = { partition: this.#partition, ...anchor }
    const event = { type, cluster: this.#cluster, group, groupType, time, source }
    const parts = dataParts(type, data, group) ?? [{ data }]
    for (const [at, part] of parts.entries()) this.#events.push(newEvent({ ...event, ...part, id: idOf(at) }))
    numbers.set(type, [offset, n + parts.length - 1])
    now.set(offset, n + parts.length)
    return idOf(0)
  }
}

function closingOf(type: OpeningType): EventType {
  const closing = closings.get(type)
  if (closing === undefined) throw new RangeError(`no type of event closes ${type}`)
  return closing
}

function comparePlaces(a: KoffEvent['data'], b: KoffEvent['data']): number {
  if (!('topic' in a && 'topic' in b && 'partition' in a && 'partition' in b)) return 0
  return compareText(a.topic, b.topic) || a.partition - b.partition
}
