import { rankOf } from '../../events/definitions.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { newEvent } from '../../events/newEvent.ts'
import { type DataPart, dataParts } from '../../events/parts.ts'
import type { Collected } from './collect.ts'
import type { Draft } from './draft.ts'
import { untold } from './offsets.ts'

/** A draft, or a part of one. */
export type PartDraft = Draft & Partial<Pick<DataPart, 'part' | 'parts' | 'truncated'>>

/** One transition of one group, in the form in which events are made of it. */
interface Told {
  readonly group: string
  /** In the order of the contract. */
  readonly drafts: readonly PartDraft[]
  /** Number of drafts of a group that ended, where another of its name began in the same transition; else 0. */
  readonly ofEnded: number
  /** Position and timestamp of the transition's last record, or of the marker. */
  readonly offset: number
  readonly timestamp: number
  /** Ordinal of the first draft: groups of one marker share its position. */
  readonly ordinal: number
}

/** The drafts of the transitions of one batch, until all are known. */
export class ToldBatch {
  readonly #told: Told[] = []
  /** The next free ordinal at the position of the last transition. */
  #ordinal = 0

  add(group: string, reduced: Drafts, { changes, continues }: Collected): void {
    const { position: offset, timestamp } = changes
    const cut = cutDrafts(group, reduced)
    const ordinal = continues ? this.#ordinal : 0
    this.#ordinal = ordinal + cut.drafts.length
    this.#told.push({ group, ...cut, offset, timestamp, ordinal })
  }

  get isEmpty(): boolean {
    return this.#told.length === 0
  }

  /** The events of the transitions, each with those of its group's conditions; then those of other groups. */
  take(conditions: readonly KoffEvent[], source: Source): KoffEvent[] {
    const events: KoffEvent[] = []
    const byGroup = conditions.length === 0 ? null : Map.groupBy(conditions, ({ group }) => group)
    for (const told of this.#told) {
      events.push(...placeEvents(told, byGroup?.get(told.group) ?? [], source))
      byGroup?.delete(told.group)
    }
    this.#told.length = 0
    for (const others of byGroup?.values() ?? []) events.push(...others)
    return events
  }
}

type Drafts = Pick<Told, 'ofEnded'> & { readonly drafts: readonly Draft[] }

/** Splits drafts of events that would be too large: each part is an event with an ordinal of its own. */
function cutDrafts(group: string, { drafts, ofEnded }: Drafts): Pick<Told, 'drafts' | 'ofEnded'> {
  let cut: PartDraft[] | null = null
  let ofEndedCut = ofEnded
  let at = 0
  for (const draft of drafts) {
    const parts = draft === untold ? null : dataParts(draft.type, draft.data, group)
    if (parts === null) cut?.push(draft)
    else {
      cut ??= drafts.slice(0, at)
      for (const part of parts) cut.push({ ...draft, ...part } as PartDraft)
      if (at < ofEnded) ofEndedCut += parts.length - 1
    }
    at++
  }
  return { drafts: cut ?? drafts, ofEnded: ofEndedCut }
}

interface Source {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  readonly cluster: string
}

/**
 * The events of a transition and of the conditions that it closed or opened: closed ones come directly before
 * `offset-deleted`, opened ones at the end. Conditions take no ordinals.
 */
function placeEvents(told: Told, conditions: readonly KoffEvent[], source: Source): KoffEvent[] {
  const events: KoffEvent[] = []
  const closingsAt = conditions.length === 0 ? -1 : placeOfClosings(told)
  let at = 0
  for (const draft of told.drafts) {
    if (at === closingsAt) events.push(...closings(told, conditions))
    if (draft !== untold) events.push(placed(draft, at, told, source))
    at++
  }
  if (closingsAt === told.drafts.length) events.push(...closings(told, conditions))
  if (conditions.length > 0) events.push(...conditions.filter(event => !isClosing(event)))
  return events
}

function placeOfClosings({ drafts, ofEnded }: Told): number {
  const end = ofEnded === 0 ? drafts.length : ofEnded
  const at = drafts.findIndex(({ type }) => rankOf(type) >= rankOf('offset-deleted'))
  return at < 0 ? end : Math.min(at, end)
}

/** All open conditions belong to the group that ended. */
function closings({ drafts, ofEnded }: Told, conditions: readonly KoffEvent[]): KoffEvent[] {
  const closed = conditions.filter(isClosing)
  const ended = drafts[0]
  if (ofEnded === 0 || ended === undefined) return closed
  return closed.map(event => ({ ...event, groupType: ended.groupType }))
}

function isClosing({ data }: KoffEvent): boolean {
  return 'opened' in data
}

function placed(draft: PartDraft, at: number, told: Told, { partition, cluster }: Source): KoffEvent {
  const { group, offset, timestamp, ordinal } = told
  const id = `${partition}-${offset}-${ordinal + at}`
  return newEvent({ ...draft, id, cluster, group, source: { partition, offset, timestamp } })
}
