import type { KoffEvent } from '../../events/envelope.ts'
import { newEvent } from '../../events/newEvent.ts'
import type { PartitionState } from '../partition.ts'

export interface Heartbeat {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  /** Log end as a broker last said; undefined where nobody told (files). */
  readonly logEnd: number | undefined
  /** Of the tick, ms. */
  readonly time: number
}

/**
 * `koff-heartbeat`: how far a partition is read at a tick, in history as well. Anchored to the last record read, and told
 * apart by the tick's time, so that a restart never gives an id that was used for something else.
 */
export function heartbeatOf(
  state: PartitionState,
  { partition, logEnd, time }: Heartbeat,
): KoffEvent<'koff-heartbeat'> {
  const { position, timestamp, cluster, offsets } = state
  const offset = Math.max(0, position - 1)
  return newEvent({
    id: `${partition}-${offset}-koff-heartbeat-${time}`,
    type: 'koff-heartbeat',
    cluster,
    group: '',
    groupType: 'unknown',
    time,
    source: { partition, offset, timestamp },
    data: { partition, position, logEnd: logEnd ?? position, openTransactions: offsets.transactions.size },
  })
}
