import type { TestRecord } from './batchOf.ts'
import { consumerRecords } from './modernRecords.ts'

/** A topic's id. */
export const orders = 'AAAAAAAAAAAAAAAAAAAAAQ'

/** A consumer group with one member, settled at `epoch`, as one batch. */
export function consumerWith(group: string, epoch: number, id: string, instanceId?: string): TestRecord[] {
  const g = consumerRecords(group)
  return [
    g.member(id, instanceId === undefined ? {} : { instanceId }),
    g.epoch(epoch),
    g.target(id, { [orders]: [0, 1] }),
    g.targetEpoch(epoch),
    g.current(id, { epoch, assigned: { [orders]: [0, 1] } }),
  ]
}

/** The tombstones of such a group with these members. */
export function consumerGone(group: string, ...ids: string[]): TestRecord[] {
  const g = consumerRecords(group)
  return [
    ...ids.flatMap(id => [g.current(id, null), g.target(id, null), g.member(id, null)]),
    g.targetEpoch(null),
    g.epoch(null),
  ]
}
