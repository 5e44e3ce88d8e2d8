import { setTimeout as sleep } from 'node:timers/promises'
import type { JavaAdmin } from '../clients/admin.ts'
import type { JavaClients } from '../clients/java.ts'
import type { JavaProducer } from '../clients/producer.ts'

export interface LoadOptions {
  readonly bootstrap: string
  readonly java: JavaClients
  readonly admin: JavaAdmin
}

/** Groups of every kind that live, commit, restart and go, until they are told to stop. */
export interface Load {
  /** Of requests that were answered, and of those that were not: a broker was away. */
  readonly counts: { done: number; failed: number }
  stop(): Promise<void>
}

export const loadTopic = 'orders'
export const loadPartitions = 8

/** The topic must be there. What the clients were answered does not matter: what counts is what is in the log. */
export function startLoad({ bootstrap, java, admin }: LoadOptions): Load {
  const stopped = new AbortController()
  const { signal } = stopped
  const counts = { done: 0, failed: 0 }
  const pick = (count: number) => Math.floor(Math.random() * count)
  const offsets = () => ({ [loadTopic]: { [pick(loadPartitions)]: pick(1_000_000) } })

  const again = async (pauseMs: number, act: (round: number) => Promise<unknown>) => {
    for (let round = 0; !signal.aborted; round++) {
      try {
        await act(round)
        counts.done++
      } catch {
        counts.failed++
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  }

  /** A group without members: every commit is a reset. */
  const simple = () => again(5, () => admin.alterOffsets(`simple-${pick(40)}`, offsets()))

  const deletions = () =>
    again(700, async round => {
      const group = `simple-${pick(40)}`
      if (round % 2 === 0) await admin.deleteGroups(group)
      else await admin.deleteOffsets(group, { [loadTopic]: [0, 1, 2, 3] })
    })

  /** Members come, commit and go, on the classic protocol and on the new one. */
  const members = (group: string, protocol: 'classic' | 'consumer') =>
    again(50, async round => {
      const options = { bootstrap, group, topics: [loadTopic], protocol, clientId: `${group}-${round % 3}` }
      const consumer = await java.consumer({ ...options, paused: true })
      try {
        const { assignment } = await consumer.assigned(undefined, 20_000)
        const [held] = assignment[loadTopic] ?? []
        if (held === undefined) return
        for (let commit = 0; commit < 10 && !signal.aborted; commit++) {
          await consumer.commit({ [loadTopic]: { [held]: pick(1_000_000) } })
        }
      } finally {
        await consumer.close()
      }
    })

  /** Offsets that count with the transaction's end, or never. */
  const transactions = async (id: string) => {
    let producer: JavaProducer | null = null
    await again(20, async round => {
      try {
        producer ??= await java.producer({ bootstrap, transactionalId: id })
        await producer.begin()
        await producer.sendOffsets(offsets(), { group: `settlement-${id}` })
        await (round % 4 === 0 ? producer.abort() : producer.commit())
      } catch (error) {
        await producer?.close().catch(() => undefined)
        producer = null
        throw error
      }
    })
  }

  const all = Promise.all([
    simple(),
    simple(),
    deletions(),
    members('shop', 'classic'),
    members('shop', 'classic'),
    members('billing', 'consumer'),
    members('billing', 'consumer'),
    transactions('one'),
    transactions('two'),
  ])
  return {
    counts,
    stop: async () => {
      stopped.abort()
      await all
    },
  }
}
