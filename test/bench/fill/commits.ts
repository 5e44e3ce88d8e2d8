import { type Connection, joinGroupV3, leaveGroupV4, offsetCommitV9, syncGroupV4 } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import { onConnections, type Place } from './connections.ts'
import type { Plan, PlannedGroup } from './plan.ts'

interface Committer {
  readonly group: PlannedGroup
  readonly random: () => number
  generation: number
  memberId: string
  /** Committed offsets, in the order of the group's partitions. */
  readonly offsets: number[]
}

const connections = 8
const sessionTimeoutMs = 86_400_000
/** Of commits, and so of partitions: idle ones commit what they committed before. */
const idleShare = 0.42
/** Of requests: somebody reads something again. */
const rewindShare = 0.002

/** All plain commits, and the classic members who make a third of them. */
export async function fillCommits(place: Place, plan: Plan, progress: (commits: number) => void): Promise<void> {
  const committers = plan.groups.map(
    (group, index): Committer => ({ group, random: randomOf(index + 1), generation: -1, memberId: '', offsets: [] }),
  )
  const withMember = committers.filter(({ group }) => group.hasMember)
  await onConnections(place, { count: connections, tasks: withMember }, join)
  let commits = 0
  const shuffle = randomOf(0)
  for (let round = 0; round < plan.rounds; round++) {
    const tasks = committers.map(committer => ({ committer, key: shuffle() })).sort((a, b) => a.key - b.key)
    await onConnections(place, { count: connections, tasks }, async (connection, { committer }) => {
      await commit(connection, committer)
      commits += committer.offsets.length
      progress(commits)
    })
  }
  await onConnections(place, { count: connections, tasks: withMember }, leave)
}

async function join(connection: Connection, committer: Committer): Promise<void> {
  const { group } = committer
  const topics = group.topics.map(({ name }) => name)
  const metadata = AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) })
  const protocols = [{ name: 'range', metadata }]
  const joined = await joinGroupV3.api.async(
    connection,
    group.name,
    sessionTimeoutMs,
    sessionTimeoutMs,
    '',
    null,
    'consumer',
    protocols,
  )
  committer.generation = joined.generationId
  committer.memberId = joined.memberId
  const partitions = Object.fromEntries(group.topics.map(topic => [topic.name, [...topic.partitions]]))
  const assignment = AssignerProtocol.MemberAssignment.encode({
    version: 1,
    assignment: partitions,
    userData: Buffer.alloc(0),
  })
  const { generation, memberId } = committer
  await syncGroupV4.api.async(connection, group.name, generation, memberId, null, null, null, [
    { memberId, assignment },
  ])
}

async function commit(connection: Connection, { group, random, generation, memberId, offsets }: Committer) {
  const rewinds = random() < rewindShare
  let index = 0
  const topics = group.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(partitionIndex => {
      const offset = offsets[index] ?? Math.floor(random() * 1e9)
      const step = rewinds && index === 0 ? -offset >> 1 : random() < idleShare ? 0 : Math.floor(random() * 5000)
      offsets[index++] = offset + step
      return { partitionIndex, committedOffset: BigInt(offset + step), committedLeaderEpoch: 3, committedMetadata: '' }
    }),
  }))
  await offsetCommitV9.api.async(connection, group.name, generation, memberId, null, topics)
}

async function leave(connection: Connection, { group, memberId }: Committer): Promise<void> {
  await leaveGroupV4.api.async(connection, group.name, [{ memberId }])
}

const { AssignerProtocol } = kafkajs

/** Numbers from 0 to 1, the same for the same seed (a linear congruential generator). */
function randomOf(seed: number): () => number {
  let state = (seed * 0x9e3779b1) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
