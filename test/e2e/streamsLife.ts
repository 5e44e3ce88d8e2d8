import { join } from 'node:path'
import { expect } from 'vitest'
import type { JavaStreams } from '../clients/streams.ts'
import { until } from '../clients/until.ts'
import { type Expected, type Known, memberOf, type Tale, taleOf } from './expected.ts'
import type { LivingWorld } from './lives.ts'

export type StreamsProtocol = 'classic' | 'streams'

/** A Kafka Streams application: two instances on one protocol, then, if wanted, one on the other (KIP-1071, offline). */
export async function streamsLife(
  world: LivingWorld,
  applicationId: string,
  protocols: readonly [StreamsProtocol, StreamsProtocol?],
): Promise<readonly Expected[]> {
  const { admin, protocolType } = world
  const input = `${applicationId}-in`
  // Nothing is ever in it, so that nothing is committed.
  await admin.createTopics({ [input]: 2, [`${applicationId}-out`]: 2 })
  const [first, second] = protocols
  const told: Expected[] = []
  const one = taleIn(first)
  one.say('group-created', { protocolType: first === 'classic' ? protocolType : first })
  const last = await life({ ...world, applicationId, input }, one, first)
  told.push(...one.events)
  if (second === undefined) {
    await admin.deleteGroups(applicationId)
    return [...told, { ...gone(first), data: { lastEpoch: last, offsetsDeleted: 0 } }]
  }

  const other = taleIn(second)
  const application = await start({ ...world, applicationId, input }, 'c', second)
  await application.running(2)
  const [known, epoch] = await settled({ ...world, applicationId, input }, 1, second)
  const from = { from: 0, to: epoch ?? 1, before: [], after: known, ...leadBy(known[0], second) }
  other.say('group-migrated', { from: first, to: second, epoch: second === 'classic' ? 0 : from.to })
  other.say('group-revived', { emptyForMs: expect.any(Number) })
  other.joined(...known)
  if (second === 'streams') other.say('rebalance-started', { epochBefore: 0, epochAfter: from.to, seenBy: 'record' })
  other.rebalanced(from)
  await application.close('LEAVE_GROUP')
  await admin.settled(applicationId, 'Empty', 0, 60_000)
  other.left(...known)
  other.say('group-emptied', { lastMembers: known.map(memberOf), epoch: from.to + 1 })
  await admin.deleteGroups(applicationId)
  return [...told, ...other.events, { ...gone(second), data: { lastEpoch: from.to + 1, offsetsDeleted: 0 } }]
}

interface Application extends LivingWorld {
  readonly applicationId: string
  readonly input: string
}

/** Two instances come and go. Gives the last epoch. */
async function life(world: Application, tale: Tale, protocol: StreamsProtocol): Promise<number> {
  const { admin, applicationId } = world
  const isClassic = protocol === 'classic'
  const a = await start(world, 'a', protocol)
  await a.running(2)
  const [alone, firstEpoch] = await settled(world, 1, protocol)
  let epoch = firstEpoch ?? 1
  const rebalanced = (to: number, before: readonly Known[], after: readonly Known[]) => {
    if (!isClassic) tale.say('rebalance-started', { epochBefore: epoch, epochAfter: to, seenBy: 'record' })
    tale.rebalanced({ from: epoch, to, before, after, ...leadBy(after[0], protocol) })
    epoch = to
  }
  const first = epoch
  epoch = 0
  tale.joined(...alone)
  rebalanced(first, [], alone)

  const b = await start(world, 'b', protocol)
  await Promise.all([a.running(1), b.running(1)])
  const [both] = await settled(world, 2, protocol)
  const [withA, withB] = [both.filter(isOf('a')), both.filter(isOf('b'))]
  tale.joined(...withB)
  if (isClassic) {
    // Cooperative: what is given up in one generation is given to its new owner in the next.
    const between = [...withA, ...withB.map(known => ({ ...known, assignment: {} }))]
    rebalanced(epoch + 1, alone, between)
    rebalanced(epoch + 1, between, [...withA, ...withB])
  } else {
    rebalanced(epoch + 1, alone, both)
  }

  await a.close('LEAVE_GROUP')
  await b.running(2)
  const [rest] = await settled(world, 1, protocol)
  tale.left(...withA)
  rebalanced(epoch + 1, both, rest)
  if (isClassic) tale.say('leader-changed', { from: withA[0]?.id, to: rest[0]?.id })

  await b.close('LEAVE_GROUP')
  await admin.settled(applicationId, 'Empty', 0, 60_000)
  tale.left(...rest)
  tale.say('group-emptied', { lastMembers: rest.map(memberOf), epoch: epoch + 1 })
  return epoch + 1
}

function start(world: Application, name: string, protocol: StreamsProtocol): Promise<JavaStreams> {
  const { bootstrap, applicationId, input, home } = world
  return world.java.streams({
    bootstrap,
    applicationId,
    protocol,
    topics: [input],
    output: `${applicationId}-out`,
    config: {
      'client.id': name,
      'state.dir': join(home, `${applicationId}-${name}`),
      ...(protocol === 'classic' ? { 'session.timeout.ms': '45000' } : {}),
    },
  })
}

/** The members as the broker knows them, and the epoch (of a classic group nobody tells it). */
async function settled(world: Application, members: number, protocol: StreamsProtocol) {
  const { admin, applicationId, input } = world
  const found = await until({
    what: `${applicationId} is stable with ${members} members`,
    ask: async () => (await admin.describeGroups(applicationId))[0],
    good: now =>
      now?.state === 'Stable' &&
      now.members.length === members &&
      now.members.flatMap(({ assignment }) => Object.values(assignment).flat()).length === 2,
    withinMs: 60_000,
  })
  const known = (found?.members ?? []).map(
    ({ id, clientId, assignment }): Known => ({
      id,
      clientId,
      assignment,
      ...(protocol === 'classic' ? { topics: [input] } : {}),
    }),
  )
  return [known, found?.epoch ?? null] as const
}

function isOf(name: string): (known: Known) => boolean {
  return ({ clientId }) => clientId.startsWith(`${name}-`)
}

function taleIn(protocol: StreamsProtocol): Tale {
  return protocol === 'classic' ? taleOf('classic') : taleOf('streams', { by: 'subtopology' })
}

function leadBy(known: Known | undefined, protocol: StreamsProtocol) {
  return protocol === 'classic' ? { protocol: 'stream', leader: known?.id ?? '' } : {}
}

function gone(protocol: StreamsProtocol): { readonly type: string; readonly groupType: string } {
  return { type: 'group-deleted', groupType: protocol }
}
