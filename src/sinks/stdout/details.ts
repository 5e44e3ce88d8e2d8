import { shortened, terminalText } from '../../base/terminalText.ts'
import type { EventData, EventType } from '../../events/definitions.ts'
import type { Int64 } from '../../events/envelope.ts'
import { conditionDetails } from './conditionDetails.ts'
import type { Ink } from './ink.ts'
import * as say from './words.ts'

/** What an event says beyond its name, in words. '' where the name says it all. */
export type Details = { readonly [T in EventType]: (data: EventData<T>, ink: Ink) => string }

export const details: Details = {
  ...conditionDetails,

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
          members.map(member => `${say.memberName(member)} ${say.heldText(member.held)}`.trim()),
          4,
        ),
    ),
  // The record that newer brokers begin a classic group with has an empty protocol type.
  'group-created': ({ protocolType }) => (protocolType ? `protocol type ${terminalText(protocolType)}` : ''),
  'group-migrated': ({ from, to, epoch }) => `${from} → ${to} at epoch ${say.plain(epoch)}`,
  'group-emptied': ({ lastMembers, epoch }) =>
    `last: ${say.some(lastMembers.map(say.memberName), 4)} · epoch ${say.plain(epoch)}`,
  'group-revived': ({ emptyForMs }) => (emptyForMs === null ? '' : `after ${say.duration(emptyForMs)} without members`),
  'group-deleted': ({ lastEpoch, offsetsDeleted }) =>
    sentence(
      lastEpoch !== null && lastEpoch > 0 && `last epoch ${lastEpoch}`,
      say.count(offsetsDeleted, 'offset') + ' deleted',
    ),

  'member-joined': ({ member }) => {
    const subscription = say.subscriptionText(member)
    return `${say.memberName(member)} ${say.memberOrigin(member)}${subscription === '' ? '' : ` · subscribes to ${subscription}`}`
  },
  'member-left': ({ member, held }) => `${say.memberName(member)} ${say.memberOrigin(member)}${heldText(held)}`,
  'member-replaced': ({ instanceId, from, to, hostChanged }) =>
    `${terminalText(instanceId)}: ${say.memberId(from)} → ${say.memberId(to)}${hostChanged ? ' · from another host' : ''}`,
  'member-suspended': ({ member, held }) => `${say.memberName(member)} ${say.memberOrigin(member)}${heldText(held)}`,
  'member-changed': ({ member, changes }) =>
    `${say.memberName(member)}: ${changes.map(change => changeText[change](member)).join(', ')}`,

  'rebalance-started': ({ epochBefore, epochAfter }) =>
    epochAfter === null ? `from ${say.plain(epochBefore)}` : `${say.plain(epochBefore)} → ${epochAfter}`,
  rebalance: rebalanceText,
  'assignor-changed': ({ from, to }) => `${terminalText(from)} → ${terminalText(to)}`,
  'leader-changed': ({ from, to }) => `${say.memberId(from)} → ${say.memberId(to)}`,

  'offset-committed': ({ topic, partition, offset, previous, metadata, transactional }) =>
    sentence(
      `${at(topic, partition)} ${previous === null ? say.integer(offset) : move(previous, offset)}`,
      transactional === true && 'in a transaction',
      metadata !== '' && `metadata "${shortened(terminalText(metadata), 60)}"`,
    ),
  'offset-rewound': ({ topic, partition, from, to }) => `${at(topic, partition)} ${move(from, to)}`,
  'offset-reset': ({ topic, partition, from, to }) => `${at(topic, partition)} ${move(from, to)}`,
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

const changeText = {
  clientId: member => `client id is now ${terminalText(member.clientId)}`,
  host: member => `host is now ${say.host(member.host)}`,
  subscription: member => `subscribes to ${say.subscriptionText(member) || 'nothing'} now`,
} satisfies Record<
  EventData<'member-changed'>['changes'][number],
  (member: EventData<'member-changed'>['member']) => string
>

function rebalanceText(data: EventData<'rebalance'>, ink: Ink): string {
  const { epochBefore, epochAfter, memberCount, durationMs, moved, changes, unreadable } = data
  const moves = (changes ?? []).map(({ memberId, clientId, gained, lost }) =>
    [
      say.memberOf(memberId, clientId),
      ...(gained.length > 0 ? [ink('green', `+${say.partitionsText(gained)}`)] : []),
      ...(lost.length > 0 ? [ink('red', `−${say.partitionsText(lost)}`)] : []),
    ].join(' '),
  )
  return sentence(
    `${epochBefore === null ? 'to' : `${epochBefore} →`} ${say.plain(epochAfter)}${durationMs === null ? '' : ` in ${say.duration(durationMs)}`}`,
    say.count(memberCount, 'member'),
    moved !== null && `${say.count(moved, 'partition')} moved${moves.length > 0 ? `: ${say.some(moves, 4)}` : ''}`,
    unreadable.length > 0 && `assignment not readable: ${say.some(unreadable.map(say.memberId), 4)}`,
  )
}

function heldText(held: EventData<'member-left'>['held']): string {
  return held?.length === 0 ? '' : ` · held ${say.heldText(held)}`
}

/** `orders[3]` */
function at(topic: string, partition: number): string {
  return `${terminalText(topic)}[${partition}]`
}

/** `1,200 → 900 (−300)` */
function move(from: Int64, to: Int64): string {
  const by = BigInt(to) - BigInt(from)
  const sign = by < 0n ? '−' : '+'
  return `${say.integer(from)} → ${say.integer(to)}${by === 0n ? '' : ` (${sign}${say.integer(by < 0n ? -by : by)})`}`
}

function sentence(...parts: readonly (string | false)[]): string {
  return parts.filter(part => part !== false && part !== '').join(' · ')
}
