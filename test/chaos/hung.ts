import { startJava } from '../clients/java.ts'
import type { EventLine } from '../e2e/watch.ts'
import { loadTopic } from './load.ts'
import { commitSentinel, offsetsPartitions, type Stage } from './stage.ts'

/** Longer than anybody waits here: whoever stands still behind the transaction is seen to. */
const transactionTimeoutMs = 60_000

/**
 * An application commits offsets in a transaction and dies before its end, in every partition of `__consumer_offsets`. Gives
 * how long after their commit was answered the events of other groups could be read, ms; a transaction hid none of them.
 */
export async function behindHungTransactions(stage: Stage, commits: number): Promise<number[]> {
  const { kafka, admin } = stage
  await using doomed = await startJava()
  for (let partition = 0; partition < offsetsPartitions; partition++) {
    const group = await commitSentinel(admin, partition)
    const transactionalId = `hung-${partition}`
    const producer = await doomed.producer({ bootstrap: kafka.bootstrap, transactionalId, transactionTimeoutMs })
    await producer.begin()
    await producer.sendOffsets({ [loadTopic]: { 1: 7 } }, { group })
  }
  await doomed.kill()
  const latencies: number[] = []
  for (let commit = 0; commit < commits; commit++) {
    const group = await commitSentinel(admin, commit % offsetsPartitions)
    const answeredAt = Date.now()
    let found = false
    while (!found) {
      const messages = await stage.read()
      const message = messages.findLast(({ value }) => (value as EventLine).group === group)
      found = message !== undefined
      if (message !== undefined) latencies.push(Math.max(0, message.readAt - answeredAt))
      if (Date.now() - answeredAt > transactionTimeoutMs) throw new Error(`no event of ${group}`)
    }
  }
  return latencies
}
