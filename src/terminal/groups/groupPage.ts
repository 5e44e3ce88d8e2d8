import { ranges } from '../../base/ranges.ts'
import { terminalText } from '../../base/terminalText.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import type { GroupView, MemberView } from '../../state/group/view.ts'
import { type LagInterval, lagTimeText, shortDuration, shortTime, zoneText } from '../clock.ts'
import { detailsFor, plainDetails } from '../events/details.ts'
import type { ListFlags, Orders, View } from '../output.ts'
import { listed } from '../output.ts'
import { ShortNames } from '../shortNames.ts'
import { type Column, table } from '../table.ts'
import { compactInteger, count, host, integer, type Words, wordsFor } from '../words.ts'
import { wrapText } from '../wrap.ts'
import type { ChurnRow } from './churn.ts'
import { lagOf, lagTimeOf } from './groupTable.ts'
import { type ShownCondition, weightOf } from './openCondition.ts'

/** All that `koff group G` shows. */
export interface GroupPage {
  readonly view: GroupView
  /** Null: not known. */
  readonly conditions: readonly ShownCondition[] | null
  /** The last ones that the log still shows, in order of time. */
  readonly rebalances: readonly KoffEvent<'rebalance'>[]
  /** Who came and went, since `knownSince`. */
  readonly churn: readonly ChurnRow[]
  /** From when the log knows all of that, ms; null: always. */
  readonly knownSince: number | null
  /** How it stood then, ms; null: now. */
  readonly at: number | null
}

/** A committed or assigned partition. */
interface PartitionRow {
  readonly topic: string
  readonly partition: number
  readonly owner: MemberView | null
  readonly committed: number | bigint | null
  readonly end: number | bigint | null
  readonly lag: number | bigint | null
  readonly lagTime: LagInterval | null
}

export const partitionOrders: Orders<PartitionRow> = {
  partition: (a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition),
  lag: (a, b) => Number(b.lag ?? -1) - Number(a.lag ?? -1),
}

export function groupPage(page: GroupPage, view: View, { now, ...list }: ListFlags & { readonly now: number }): string {
  const words = wordsFor({ ink: view.ink, wide: view.format === 'wide' })
  const parts = [
    groupHead(page, view, now),
    conditionsSection(page, view, now),
    page.view.members.length === 0
      ? sectionText('MEMBERS', 'none', view)
      : table(page.view.members, memberColumns(page.view, words), view),
    rebalancesSection(page, view, words, now),
    churnSection(page, view, now),
    partitionTable(page.view, view, list),
  ]
  return parts.join('\n')
}

/** The group in a line: what it is and how it stands. */
export function groupHead({ view, at }: Pick<GroupPage, 'view' | 'at'>, { ink, width }: View, now: number): string {
  const { group, groupType, state, epoch, protocol, members, lastRebalanceAt = null } = view
  const lag = lagOf(view)
  const lagTime = lagTimeOf(view)
  const facts = [
    `${groupType} group`,
    state,
    ...(epoch > 0 ? [`epoch ${epoch}`] : []),
    ...(protocol === null || protocol === '' ? [] : [`assignor ${terminalText(protocol)}`]),
    count(members.length, 'member'),
    `lag ${integer(lag)}${lagTime === null ? '' : ` (${lagTimeText(lagTime)})`}`,
    ...(lastRebalanceAt === null ? [] : [`last rebalance ${shortTime(lastRebalanceAt, now)}${tookText(view)}`]),
    ...(at === null ? [] : [`as of ${shortTime(at, now)}`]),
    `times in ${zoneText(now)}`,
  ]
  const lines = wrapText(`${ink('bold', terminalText(group))}  ${facts.join(' · ')}`, { width, indent: 2 })
  return `${lines.join('\n')}\n`
}

/** How long the last rebalance of a classic group took: only samples tell, so it is an interval. */
function tookText({ lastRebalance, lastRebalanceAt }: GroupView): string {
  if (lastRebalance === undefined || lastRebalance.completedAt !== lastRebalanceAt) return ''
  return `, took ${lagTimeText({ min: lastRebalance.minMs, max: lastRebalance.maxMs })}`
}

function sectionText(head: string, text: string, { ink, width }: View): string {
  return `${wrapText(`${ink('bold', head)}  ${text}`, { width, indent: 2 }).join('\n')}\n`
}

function memberColumns({ groupType, members }: GroupView, words: Words): readonly Column<MemberView>[] {
  const isClassic = groupType === 'classic'
  const topics = new ShortNames(topicColumns)
  const texts = heldTexts(groupType, words, topic => topic)
  const tight = heldTexts(groupType, words, topic => topics.of(topic))
  const isSame = (member: MemberView) => texts.difference(member) === ''
  const clientColumn: Column<MemberView> = { head: 'CLIENT', gives: 'name', text: ({ clientId }) => clientId }
  const ofOwnEpoch: readonly Column<MemberView>[] = [
    { head: 'EPOCH', align: 'right', text: ({ epoch }) => (epoch === null ? '-' : String(epoch)) },
  ]
  const wanted: readonly Column<MemberView>[] = [
    {
      head: 'SHOULD-HOLD',
      gives: 'words',
      text: member => texts.difference(member) || 'the same',
      tight: { head: 'SHOULD', text: member => tight.difference(member) || 'same' },
      style: member => (isSame(member) ? 'dim' : 'yellow'),
    },
  ]
  return [
    { head: 'MEMBER', gives: 'name', text: member => words.memberName(member) },
    // Without an instance id the member is called by its client id.
    ...(members.some(({ instanceId }) => instanceId !== null) ? [clientColumn] : []),
    { head: 'HOST', text: member => host(member.host) },
    ...(isClassic ? [] : ofOwnEpoch),
    {
      head: 'HOLDS',
      gives: 'words',
      text: ({ assignment }) => texts.held(assignment),
      tight: { head: 'HOLDS', text: ({ assignment }) => tight.held(assignment) },
    },
    ...(isClassic ? [] : wanted),
  ]
}

/** Of a topic in a narrow table. */
const topicColumns = 16

function heldTexts(groupType: string, words: Words, nameOf: (topic: string) => string) {
  const text = (topic: string, partitions: readonly number[]) =>
    `${groupType === 'streams' ? `subtopology ${topic}` : nameOf(topic)}[${ranges(partitions, ',')}]`
  const all = (assignment: Readonly<Record<string, readonly number[]>>) =>
    Object.entries(assignment).map(([topic, partitions]) => text(topic, partitions))
  const minus = (a: MemberView['assignment'], b: MemberView['assignment']) =>
    Object.entries(a ?? {}).flatMap(([topic, partitions]) => {
      const left = partitions.filter(partition => b?.[topic]?.includes(partition) !== true)
      return left.length === 0 ? [] : [text(topic, left)]
    })
  return {
    held(assignment: MemberView['assignment']): string {
      if (assignment === null) return '?'
      return words.some(all(assignment), 20, ' ') || 'nothing'
    },
    /** What it should get and give up; '' where it holds what it should. */
    difference({ assignment, targetAssignment }: MemberView): string {
      const gets = minus(targetAssignment, assignment).map(part => `+${part}`)
      const gives = minus(assignment, targetAssignment).map(part => `−${part}`)
      return [...gets, ...gives].join(' ')
    },
  }
}

/** Its partitions with owners, offsets and lag. */
export function partitionTable(group: GroupView, view: View, list: ListFlags): string {
  const rows = listed(partitionRows(group), partitionOrders, list)
  const words = wordsFor({ ink: view.ink, wide: view.format === 'wide' })
  return rows.length === 0 ? sectionText('PARTITIONS', 'none', view) : table(rows, partitionColumns(words), view)
}

/** Every partition that the group has committed or that a member holds. */
function partitionRows(view: GroupView): PartitionRow[] {
  const owners = new Map<string, MemberView>()
  if (view.groupType !== 'streams') {
    for (const member of view.members) {
      for (const [topic, partitions] of Object.entries(member.assignment ?? {})) {
        for (const partition of partitions) owners.set(placeOf(topic, partition), member)
      }
    }
  }
  const places = new Map<string, { readonly topic: string; readonly partition: number }>()
  for (const [topic, of] of Object.entries(view.offsets)) {
    for (const partition of Object.keys(of))
      places.set(placeOf(topic, partition), { topic, partition: Number(partition) })
  }
  for (const place of owners.keys()) {
    const at = place.lastIndexOf('/')
    places.set(place, { topic: place.slice(0, at), partition: Number(place.slice(at + 1)) })
  }
  return [...places].map(([place, { topic, partition }]) => ({
    topic,
    partition,
    owner: owners.get(place) ?? null,
    committed: view.offsets[topic]?.[partition] ?? null,
    end: view.logEnd?.[topic]?.[partition] ?? null,
    lag: view.lag?.[topic]?.[partition] ?? null,
    lagTime: view.lagMs?.[topic]?.[partition] ?? null,
  }))
}

function placeOf(topic: string, partition: number | string): string {
  return `${topic}/${partition}`
}

function partitionColumns(words: Words): readonly Column<PartitionRow>[] {
  const number = (value: number | bigint | null) => (value === null ? '-' : integer(value))
  const compact = (value: number | bigint | null) => (value === null ? '-' : compactInteger(value))
  return [
    { head: 'TOPIC', gives: 'name', text: ({ topic }) => topic },
    { head: 'PARTITION', align: 'right', tight: { head: 'PART' }, text: ({ partition }) => String(partition) },
    { head: 'OWNER', gives: 'name', text: ({ owner }) => (owner === null ? '-' : words.memberName(owner)) },
    { head: 'COMMITTED', align: 'right', text: ({ committed }) => number(committed) },
    { head: 'END', align: 'right', text: ({ end }) => (end === null ? '?' : integer(end)) },
    {
      head: 'LAG',
      align: 'right',
      text: ({ lag, committed }) => (lag === null && committed !== null ? '?' : number(lag)),
      tight: { head: 'LAG', text: ({ lag, committed }) => (lag === null && committed !== null ? '?' : compact(lag)) },
    },
    {
      head: 'LAG-TIME',
      align: 'right',
      text: ({ lagTime, committed }) => (committed === null ? '-' : lagTimeText(lagTime)),
      tight: {
        head: 'LAG-T',
        text: ({ lagTime, committed }) => (committed === null ? '-' : lagTimeText(lagTime, 'short')),
      },
    },
  ]
}

function conditionsSection({ conditions, at }: GroupPage, view: View, now: number): string {
  if (conditions === null) {
    const why =
      at === null ? 'no koff run stores a state here' : 'the state has those of now; a history has those of then'
    return sectionText('OPEN CONDITIONS', `not known: ${why}`, view)
  }
  if (conditions.length === 0) return sectionText('OPEN CONDITIONS', 'none', view)
  const sorted = conditions.toSorted((a, b) => weightOf(b.type) - weightOf(a.type) || a.since - b.since)
  const columns: readonly Column<ShownCondition>[] = [
    {
      head: 'OPEN CONDITION',
      text: ({ type }) => type,
      style: ({ type }) => (weightOf(type) === 2 ? ['bold', 'red'] : 'yellow'),
    },
    { head: 'WHERE', gives: 'name', text: ({ topic, partition }) => (topic === null ? '-' : `${topic}[${partition}]`) },
    { head: 'SINCE', text: ({ since }) => shortTime(since, now) },
    { head: 'FOR', align: 'right', text: ({ since }) => shortDuration(Math.max(0, now - since)) },
  ]
  return table(sorted, columns, view)
}

/** A client that came once and stays is no news. */
function churnSection({ churn }: GroupPage, view: View, now: number): string {
  const moving = churn.filter(({ joined, left, replaced }) => joined + left + replaced > 1)
  if (moving.length === 0) return sectionText('CAME AND WENT', 'nobody more than once', view)
  const columns: readonly Column<ChurnRow>[] = [
    { head: 'CAME AND WENT', gives: 'name', text: ({ client }) => client },
    { head: 'HOST', text: row => host(row.host) || '-' },
    { head: 'JOINED', align: 'right', text: ({ joined }) => String(joined) },
    { head: 'LEFT', align: 'right', text: ({ left }) => String(left) },
    { head: 'REPLACED', align: 'right', text: ({ replaced }) => String(replaced) },
    { head: 'LAST', text: ({ last }) => shortTime(last, now) },
  ]
  return table(moving.slice(0, view.format === 'wide' ? moving.length : 10), columns, view)
}

function rebalancesSection({ rebalances, knownSince }: GroupPage, view: View, words: Words, now: number): string {
  const from = knownSince === null ? '' : `; the log knows since ${shortTime(knownSince, now)}`
  if (rebalances.length === 0) return sectionText('LAST REBALANCES', `none that the log still shows${from}`, view)
  const details = detailsFor(words)
  const columns: readonly Column<KoffEvent<'rebalance'>>[] = [
    { head: 'LAST REBALANCES', tight: { head: 'REBALANCED' }, text: ({ time }) => shortTime(time, now) },
    { head: 'WHAT', gives: 'words', text: ({ data }) => (details.rebalance ?? plainDetails)(data) },
    { head: 'EVENT', text: ({ id }) => id },
  ]
  const text = table(rebalances.toReversed(), columns, view)
  return knownSince === null
    ? text
    : `${text}${view.ink('dim', `The log knows since ${shortTime(knownSince, now)}.`)}\n`
}
