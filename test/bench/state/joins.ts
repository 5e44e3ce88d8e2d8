import { crc32c } from '@node-rs/crc32'
import { BatchEncoder } from '../../../src/kafka/records/batchEncoder.ts'
import { applyBatch } from '../../../src/state/applyBatch.ts'
import { DeclaredNames } from '../../../src/state/group/topicNames.ts'
import { PartitionState } from '../../../src/state/partition.ts'
import { takeChanges } from '../../../src/state/stored/encode.ts'
import { batchOf, type TestRecord } from '../../state/batchOf.ts'
import { type Kind, largeGroup } from './largeGroup.ts'

export const kinds: readonly Kind[] = ['consumer', 'share', 'streams', 'classic, cooperative-sticky', 'classic, range']

/** How 50 members come: within five seconds, or one after the other, each when the group has settled again. */
export type Pace = 'within 5 s' | 'one by one'
export const paces: readonly Pace[] = ['within 5 s', 'one by one']

export interface Written {
  /** Of the state, as records of a state topic. */
  readonly bytes: number
  readonly entries: number
  readonly commits: number
  /** Of the whole state at the end. */
  readonly stateBytes: number
}

const joining = 50
const heartbeatMs = 5_000
const stepMs = 100
/** Another group's events, too, make a commit: more often than this a busy partition does not commit. */
const commitEveryMs = 200
/** State without events. */
const stateEveryMs = 5_000

/** What is written to the state topic while 50 members join a group of so many, until the group has settled. */
export function joins(kind: Kind, pace: Pace, members: number): Written {
  const names = new DeclaredNames()
  const state = new PartitionState({
    partition: 0,
    cluster: 'bench',
    names,
    everyCommit: false,
    history: false,
    tracksChanges: true,
  })
  const group = largeGroup(kind, members)
  const encoder = new BatchEncoder(crc32c)
  let position = 0
  let clock = 1_700_000_000_000
  let hasEvents = false
  const write = (batches: readonly (readonly TestRecord[])[]) => {
    for (const records of batches) {
      const batch = batchOf(records, { baseOffset: position, timestamp: clock })
      position = batch.lastOffset + 1
      if (applyBatch(state, batch).length > 0) hasEvents = true
    }
  }
  const commit = () => {
    const changes = takeChanges(state)
    for (const { key, value } of changes) encoder.append(key, value)
    const bytes = encoder.size
    encoder.clear()
    hasEvents = false
    return { bytes, entries: changes.length }
  }

  write(group.join(members))
  for (let at = 0; at < group.size; at++) write(group.heartbeat(at))
  const stateBytes = commit().bytes
  const written = { bytes: 0, entries: 0, commits: 0 }
  let committedAt = clock
  const add = () => {
    const { bytes, entries } = commit()
    written.bytes += bytes
    written.entries += entries
    written.commits++
    committedAt = clock
  }
  /** Members in their order, each once in five seconds. */
  const pass = (ms: number, joinEveryMs: number | null) => {
    for (let past = 0; past < ms; past += stepMs) {
      clock += stepMs
      if (joinEveryMs !== null && past % joinEveryMs === 0) write(group.join(1))
      const perStep = Math.ceil((group.size * stepMs) / heartbeatMs)
      const from = ((past / stepMs) * perStep) % group.size
      for (let n = 0; n < perStep; n++) write(group.heartbeat((from + n) % group.size))
      const sinceMs = clock - committedAt
      if ((hasEvents && sinceMs >= commitEveryMs) || sinceMs >= stateEveryMs) add()
    }
  }
  const isClassic = kind.startsWith('classic')
  if (pace === 'one by one') for (let n = 0; n < joining; n++) pass(3 * heartbeatMs, 3 * heartbeatMs)
  // The members of a classic group rejoin when their heartbeats tell them to: two generations in that time.
  else if (isClassic) for (const count of [joining / 2, joining / 2]) joinAtOnce(count)
  else pass(heartbeatMs, heartbeatMs / joining)
  if (!isClassic) pass(3 * heartbeatMs, null)
  add()
  return { ...written, stateBytes }

  function joinAtOnce(count: number): void {
    write(group.join(count))
    clock += heartbeatMs / 2
    add()
  }
}
