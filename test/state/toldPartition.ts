import type { EventData, EventType } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { applyBatch } from '../../src/state/applyBatch.ts'
import { DeclaredNames } from '../../src/state/group/topicNames.ts'
import { groupViews } from '../../src/state/group/view.ts'
import { PartitionState } from '../../src/state/partition.ts'
import { encodeState } from '../../src/state/stored/encode.ts'
import { batchOf, markerOf, type TestRecord } from './batchOf.ts'
import { restoreInto } from './stored/restoreInto.ts'

interface Told {
  readonly everyCommit?: boolean
  readonly history?: boolean
  /** Goes on from the stored state of another one. */
  readonly from?: { readonly state: PartitionState; now(): number }
}

/** Partition 7, told one batch after another; the time moves by hand. What is off by default is left out, unless asked for. */
export function toldPartition({ everyCommit = false, history = false, from }: Told = {}) {
  const names = new DeclaredNames()
  const state = new PartitionState({ partition: 7, cluster: 'c', names, everyCommit, history })
  if (from !== undefined) restoreInto(state, encodeState(from.state))
  let baseOffset = state.position
  let timestamp = from?.now() ?? 1_700_000_000_000
  const apply = (make: (options: { baseOffset: number; timestamp: number }) => RecordBatch) => {
    const batch = make({ baseOffset, timestamp })
    baseOffset = batch.lastOffset + 1
    return applyBatch(state, batch).filter(event => event.type !== 'offset-committed' || everyCommit)
  }
  return {
    state,
    names,
    now: () => timestamp,
    wait: (ms: number) => void (timestamp += ms),
    plain: (...records: TestRecord[]) => apply(options => batchOf(records, options)),
    /** Message format v0: each message stands alone, and has no time. */
    messages: (...records: TestRecord[]) =>
      records.flatMap(record =>
        apply(options => ({ ...batchOf([record], { ...options, timestamp: -1 }), magic: 0, leaderEpoch: -1 })),
      ),
    pending: (producerId: bigint, ...records: TestRecord[]) =>
      apply(options => batchOf(records, { ...options, producerId, isTransactional: true })),
    marker: (type: 'COMMIT' | 'ABORT', producerId: bigint) =>
      apply(options => markerOf(type, { ...options, producerId })),
    view: (group: string) => groupViews(state, { names: state.names }).find(view => view.group === group),
  }
}

export function types(events: readonly KoffEvent[]): EventType[] {
  return events.map(event => event.type)
}

/** Data of the events of one type. */
export function dataOf<T extends EventType>(events: readonly KoffEvent[], type: T): EventData<T>[] {
  return events.flatMap(event => (event.type === type ? [event.data as EventData<T>] : []))
}

/** A classic member of topic `orders`. */
export function classicMember(id: string, partitions: readonly number[] = [], instanceId?: string) {
  return { id, assigned: { orders: partitions }, ...(instanceId === undefined ? {} : { instanceId }) }
}
