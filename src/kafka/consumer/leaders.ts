import { KoffError } from '../../base/errors.ts'
import type { Input } from '../../state/input.ts'
import type { BatchCodecs } from '../records/batch.ts'
import type { Follower } from './follower.ts'
import { inputsOf } from './inputs.ts'
import { createLeader, type Leader, type LeaderOptions, type Outcome } from './leader.ts'

/** All brokers that lead partitions of the topic, each with one piece of work under way. */
export interface Leaders {
  /** Gives work to whoever has none. */
  start(): void
  /** The inputs of the next outcome that waits, in parts; null where none does. Throws what cannot be waited out. */
  take(): Iterable<readonly Input[]> | null
  close(): void
}

export interface LeadersOptions extends Omit<LeaderOptions, 'node'> {
  readonly follower: Follower
  readonly codecs: BatchCodecs
}

export function createLeaders({ follower, codecs, ...options }: LeadersOptions): Leaders {
  const leaders = new Map<number, Leader>()
  const start = () => {
    const nodes = follower.leaders()
    for (const [node, leader] of leaders) {
      if (nodes.has(node) || !leader.isIdle) continue
      leader.close()
      leaders.delete(node)
    }
    for (const node of nodes) {
      const leader = leaders.get(node) ?? createLeader({ node, ...options })
      leaders.set(node, leader)
      const work = leader.isIdle ? follower.workFor(node) : null
      if (work !== null) leader.start(work)
    }
  }
  const hear = ({ kind, work, broker, answer }: Outcome): Iterable<readonly Input[]> => {
    switch (kind) {
      case 'offsets':
        return [follower.hearOffsets(answer, broker)]
      case 'epochs':
        return [follower.hearEpochEnds(answer, broker)]
      case 'fetch': {
        const timestamp = Date.now()
        const fetched = follower.hearFetched(work, answer, broker)
        // The next Fetch is under way while these records are worked on
        start()
        return inputsOf(fetched, { codecs, timestamp })
      }
      case 'failed':
        if (!(answer instanceof KoffError) || !answer.retriable) throw answer
        follower.table.fail(work.partitions, answer.message)
        return []
    }
  }
  const take = () => {
    for (const [node, leader] of leaders) {
      const outcome = leader.take()
      if (outcome === null) continue
      // To the end of the queue, so that no leader waits for long
      leaders.delete(node)
      leaders.set(node, leader)
      return hear(outcome)
    }
    return null
  }
  const close = () => {
    for (const leader of leaders.values()) leader.close()
  }
  return { start, take, close }
}
