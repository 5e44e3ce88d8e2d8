import { isDeepStrictEqual } from 'node:util'
import type { AvroMessage } from '../clients/avro.ts'
import type { EventLine } from '../e2e/watch.ts'

/** What a read_committed consumer found, held against what an undisturbed koff makes of the same log. */
export interface Verdict {
  /** How many events the log makes, of how many groups. */
  readonly expected: number
  readonly groups: number
  /** Ids that are not there, that are there more than once, or that the log does not make. */
  readonly lost: readonly string[]
  readonly twice: readonly string[]
  readonly strange: readonly string[]
  /** Events with another content than the log gives: both contents. */
  readonly different: readonly string[]
  /** Groups whose events are in another order than in the log. */
  readonly disordered: readonly string[]
}

/** Of an event that records make; those that a clock or the end of history makes have a name in it. */
const fromRecord = /^\d+-\d+-\d+$/

/**
 * Judges each partition up to its last sentinel, which koff was seen to deliver: the session of a client that died can
 * run out after koff has ended, and what that writes nobody was there to tell. What was there before koff, up to the
 * offset in `historyEnds`, makes no events.
 */
export function judge(
  replayed: readonly EventLine[],
  messages: readonly Pick<AvroMessage, 'value'>[],
  historyEnds: ReadonlyMap<number, number> = new Map(),
): Verdict {
  const ends = new Map<number, number>()
  for (const { group, source } of replayed) {
    if (isSentinel(group)) ends.set(source.partition, Math.max(source.offset, ends.get(source.partition) ?? -1))
  }
  const isJudged = ({ id, source }: EventLine) => {
    const end = ends.get(source.partition)
    if (end === undefined) throw new Error(`partition ${source.partition} has events and no sentinel`)
    return fromRecord.test(id) && source.offset <= end && source.offset > (historyEnds.get(source.partition) ?? -1)
  }
  const expected = replayed.filter(event => event.group !== 'koff.instances' && isJudged(event))
  const found = messages.map(({ value }) => value as EventLine).filter(isJudged)
  const byId = new Map(found.map(event => [event.id, event]))
  const wanted = new Set(expected.map(({ id }) => id))
  const seen = new Set<string>()
  const twice = found.filter(({ id }) => seen.size === seen.add(id).size).map(({ id }) => id)
  const inLog = idsByGroup(expected)
  const inTopic = idsByGroup(found)
  return {
    expected: expected.length,
    groups: inLog.size,
    lost: expected.filter(({ id }) => !byId.has(id)).map(({ id }) => id),
    twice,
    strange: found.filter(({ id }) => !wanted.has(id)).map(({ id }) => id),
    different: expected
      .filter(event => byId.has(event.id) && !isDeepStrictEqual(byId.get(event.id), event))
      .map(event => `${JSON.stringify(byId.get(event.id))} in place of ${JSON.stringify(event)}`),
    disordered: [...inLog]
      .filter(([group, ids]) => !isDeepStrictEqual(inTopic.get(group), ids))
      .map(([group]) => group),
  }
}

const sentinel = 'sentinel-'

/** The name of a group that is there to be waited for. */
export function sentinelName(number: number): string {
  return `${sentinel}${number}`
}

function isSentinel(group: string): boolean {
  return group.startsWith(sentinel)
}

/** One line of counts. */
export function describeVerdict({ expected, groups, ...wrong }: Verdict): string {
  const counts = Object.entries(wrong).map(([what, ids]) => `${ids.length} ${what}`)
  return `${expected} events of ${groups} groups: ${counts.join(', ')}`
}

/** What is expected of every verdict. */
export const flawless = { lost: [], twice: [], strange: [], different: [], disordered: [] }

export function isFlawless({ expected, lost, twice, strange, different, disordered }: Verdict): boolean {
  return expected > 0 && [lost, twice, strange, different, disordered].every(ids => ids.length === 0)
}

function idsByGroup(events: readonly EventLine[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { group, id } of events) {
    const ids = groups.get(group)
    if (ids === undefined) groups.set(group, [id])
    else ids.push(id)
  }
  return groups
}
