import type { KoffEvent } from '../../events/envelope.ts'
import { newEvent } from '../../events/newEvent.ts'
import type { PartitionState } from '../partition.ts'

export interface Heartbeat {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  /** Log end in the broker's last response; undefined for files. */
  readonly logEnd: number | undefined
  /** Time of the tick, ms. */
  readonly time: number
}

/**
 * `koff-heartbeat`: the position of a partition at a tick, also in history. Its id has the position of the last record
 * and the tick's time, so that a restart never reuses an id.
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
