import { shortened, terminalText } from '../../base/terminalText.ts'
import type { EventData, EventType } from '../../events/definitions.ts'
import type { Int64 } from '../../events/envelope.ts'
import type { Words } from '../words.ts'
import * as common from '../words.ts'
import { conditionDetails } from './conditionDetails.ts'

/** What an event says beyond its name, in words. '' where the name says it all. */
export type Details = { readonly [T in EventType]?: (data: EventData<T>) => string }

/** For a type without words of its own: its plain fields. */
export function plainDetails(data: object): string {
  const plain = Object.entries(data).filter(([, value]) =>
    ['string', 'number', 'bigint', 'boolean'].includes(typeof value),
  )
  return plain.map(([field, value]) => `${field} ${terminalText(String(value))}`).join(' · ')
}

export function detailsFor(words: Words): Details {
  const say = { ...common, ...words }
  return {
    ...conditionDetails(words),

    'group-snapshot': ({ epoch, protocolType, protocol, members, committedOffsets }) =>
      sentence(
        say.count(members?.length ?? null, 'member'),
        epoch !== null && epoch > 0 && `epoch ${epoch}`,
        protocolType !== null && terminalText(protocolType),
        protocol !== null && terminalText(protocol),
        say.count(committedOffsets, 'committed offset'),
        members !== null &&
          members.length > 0 &&
          say.some(
            members.map(member => `${say.memberName(member)}${heldPart(member.held, words).replace(' · held', '')}`),
            4,
          ),
      ),
    // The record that newer brokers begin a classic group with has an empty protocol type.
    'group-created': ({ protocolType }) => (protocolType ? `protocol type ${terminalText(protocolType)}` : ''),
    'group-migrated': ({ from, to, epoch }) => `${from} → ${to} at epoch ${say.plain(epoch)}`,
    'group-emptied': ({ lastMembers, epoch }) =>
      `last: ${say.some(lastMembers.map(say.memberName), 4)} · epoch ${say.plain(epoch)}`,
    'group-revived': ({ emptyForMs }) =>
      emptyForMs === null ? '' : `after ${say.duration(emptyForMs)} without members`,
    'group-deleted': ({ lastEpoch, offsetsDeleted }) =>
      sentence(
        lastEpoch !== null && lastEpoch > 0 && `last epoch ${lastEpoch}`,
        say.count(offsetsDeleted, 'offset') + ' deleted',
      ),

    'member-joined': ({ member }) => {
      const subscription = say.subscriptionText(member)
      return `${say.memberName(member)} ${say.memberOrigin(member)}${subscription === '' ? '' : ` · subscribes to ${subscription}`}`
    },
    'member-left': ({ member, held }) =>
      `${say.memberName(member)} ${say.memberOrigin(member)}${heldPart(held, words)}`,
    'member-replaced': ({ instanceId, from, to, hostChanged }) =>
      `${terminalText(instanceId)}: ${say.memberId(from)} → ${say.memberId(to)}${hostChanged ? ' · from another host' : ''}`,
    'member-suspended': ({ member, held }) =>
      `${say.memberName(member)} ${say.memberOrigin(member)}${heldPart(held, words)}`,
    'member-changed': ({ member, changes }) =>
      `${say.memberName(member)}: ${changes.map(change => changeText(member, words)[change]).join(', ')}`,

    'rebalance-started': ({ epochBefore, epochAfter }) =>
      epochAfter === null ? `from ${say.plain(epochBefore)}` : `${say.plain(epochBefore)} → ${epochAfter}`,
    rebalance: data => rebalanceText(data, words),
    'assignor-changed': ({ from, to }) => `${terminalText(from)} → ${terminalText(to)}`,
    'leader-changed': ({ from, to }) => `${say.memberId(from)} → ${say.memberId(to)}`,

    'offset-committed': ({ topic, partition, offset, previous, metadata, transactional }) =>
      sentence(
        `${at(topic, partition)} ${previous === null ? say.integer(offset) : move(previous, offset)}`,
        transactional === true && 'in a transaction',
        metadata !== '' && `metadata "${shortened(terminalText(metadata), 60)}"`,
      ),
    'offset-rewound': ({ topic, partition, from, to }) => `${at(topic, partition)} ${move(from, to)}`,
    'offset-reset': ({ topic, partition, from, to }) =>
      `${at(topic, partition)} ${move(from, to)} · by whom is not in the log`,
    'offset-deleted': ({ topic, partition, lastOffset, cause }) =>
      sentence(`${at(topic, partition)} was ${say.integer(lastOffset)}`, cause === 'group-deleted' && 'with its group'),
    'topic-recreated': ({ topic, partition, from, to }) =>
      `${terminalText(topic)} is another topic now: ${terminalText(from)} → ${terminalText(to)} · seen in partition ${partition}`,

    'koff-caught-up': ({ partition, position }) =>
      `__consumer_offsets[${say.plain(partition)}] read up to ${say.integer(position)}: live from here`,
    'koff-undecodable': ({ partition, position, typeId, version, error }) =>
      sentence(
        `__consumer_offsets[${partition}] at ${say.integer(position)}`,
        typeId !== null && `type ${typeId}`,
        version !== null && `version ${version}`,
        terminalText(error),
      ),
    'koff-heartbeat': ({ partition, position, logEnd, openTransactions }) =>
      sentence(
        `__consumer_offsets[${say.plain(partition)}] at ${say.integer(position)} of ${say.integer(logEnd)}`,
        openTransactions !== null && openTransactions > 0 && say.count(openTransactions, 'open transaction'),
      ),
  }
}

function changeText(
  member: EventData<'member-changed'>['member'],
  words: Words,
): Record<EventData<'member-changed'>['changes'][number], string> {
  return {
    clientId: `client id is now ${terminalText(member.clientId)}`,
    host: `host is now ${common.host(member.host)}`,
    subscription: `subscribes to ${words.subscriptionText(member) || 'nothing'} now`,
  }
}

/** With more partitions than this, only how many each member gained and lost. */
const fewMoves = 12

function rebalanceText(data: EventData<'rebalance'>, words: Words): string {
  const { epochBefore, epochAfter, memberCount, durationMs, moved, changes, unreadable } = data
  const byCount = !words.wide && (moved ?? 0) > fewMoves
  const most = byCount ? 3 : 4
  const sorted = byCount ? (changes ?? []).toSorted((a, b) => movesOf(b) - movesOf(a)) : (changes ?? [])
  const moves = sorted.map(change => moveText(change, words, byCount))
  return sentence(
    `${epochBefore === null ? 'to' : `${epochBefore} →`} ${common.plain(epochAfter)}${durationMs === null ? '' : ` in ${common.duration(durationMs)}`}`,
    common.count(memberCount, 'member'),
    moved !== null &&
      `${common.count(moved, 'partition')} moved${moves.length > 0 ? `: ${words.some(moves, most)}` : ''}`,
    unreadable.length > 0 && `assignment not readable: ${words.some(unreadable.map(words.memberId), 4)}`,
  )
}

type Change = NonNullable<EventData<'rebalance'>['changes']>[number]

function movesOf({ gained, lost }: Change): number {
  return common.partitionCount(gained) + common.partitionCount(lost)
}

function moveText({ memberId, clientId, gained, lost }: Change, words: Words, byCount: boolean): string {
  const text = (partitions: Change['gained']) =>
    byCount ? String(common.partitionCount(partitions)) : words.partitionsText(partitions)
  return [
    words.memberOf(memberId, clientId),
    ...(gained.length > 0 ? [words.ink('green', `+${text(gained)}`)] : []),
    ...(lost.length > 0 ? [words.ink('red', `−${text(lost)}`)] : []),
  ].join(' ')
}

function heldPart(held: EventData<'member-left'>['held'], words: Words): string {
  if (held === null) return ` · held ${words.heldText(held)}`
  const count = common.partitionCount(held)
  if (count === 0) return ''
  return ` · held ${!words.wide && count > fewMoves ? common.count(count, 'partition') : words.heldText(held)}`
}

/** `orders[3]` */
function at(topic: string, partition: number): string {
  return `${terminalText(topic)}[${partition}]`
}

/** `1,200 → 900 (−300)` */
function move(from: Int64, to: Int64): string {
  const by = BigInt(to) - BigInt(from)
  const sign = by < 0n ? '−' : '+'
  return `${common.integer(from)} → ${common.integer(to)}${by === 0n ? '' : ` (${sign}${common.integer(by < 0n ? -by : by)})`}`
}

function sentence(...parts: readonly (string | false)[]): string {
  return parts.filter(part => part !== false && part !== '').join(' · ')
}
