import { setTimeout as sleep } from 'node:timers/promises'
import type { TestCoordinator } from './coordinator.ts'
import type { RollingGroup } from './rollingGroup.ts'

const heartbeatMs = 5_000
const stepMs = 10
/** A member is away for so long before its successor joins. */
const awayMs = 1_000

export interface Rolling {
  readonly coordinator: TestCoordinator
  readonly group: RollingGroup
  readonly partition: number
}

function writerOf({ coordinator, group, partition }: Rolling): () => Promise<void> {
  return async () => {
    const records = group.take()
    if (records !== null) await coordinator.append(partition, records)
  }
}

export async function joinAll(rolling: Rolling, members: number): Promise<void> {
  const { group } = rolling
  const write = writerOf(rolling)
  for (const topic of group.topics) {
    group.commit(topic)
    await write()
  }
  for (let member = 0; member < members; member++) {
    group.join()
    await write()
  }
  await settle(group, write)
}

/** Members leave one after the other, and a new one joins for each, while all send their heartbeats. */
export async function roll(rolling: Rolling, rollMs: number): Promise<void> {
  const { group } = rolling
  const write = writerOf(rolling)
  const members = group.size
  const begun = performance.now()
  const due = { leave: 0, join: 0, beat: 0 }
  const done = { leave: 0, join: 0, beat: 0 }
  for (let at = 0; done.join < members; at += stepMs) {
    due.leave = Math.min(members, (members * at) / rollMs)
    due.join = Math.min(members, Math.max(0, (members * (at - awayMs)) / rollMs))
    due.beat = (members * at) / heartbeatMs
    for (; done.leave < Math.floor(due.leave); done.leave++) group.leave()
    for (; done.join < Math.floor(due.join); done.join++) group.join()
    for (; done.beat < Math.floor(due.beat); done.beat++) group.heartbeat()
    await write()
    const aheadMs = begun + at - performance.now()
    if (aheadMs > stepMs) await sleep(aheadMs)
  }
  await settle(group, write)
}

async function settle(group: RollingGroup, write: () => Promise<void>): Promise<void> {
  while (!group.isSettled) {
    for (let beat = 0; beat < group.size / 100; beat++) group.heartbeat()
    await write()
  }
}
