import type { EventData, EventType, GroupType, KoffEvent } from 'koff'
import { newEvent } from '../../src/events/newEvent.ts'

let made = 0

/** An event of that type and group, each further along in a log than the one before. */
export function given<T extends EventType>(
  type: T,
  group: string,
  data: EventData<T>,
  groupType: GroupType = 'consumer',
): KoffEvent<T> {
  made += 1
  const time = 1_790_000_000_000 + made
  const source = { partition: 7, offset: made, timestamp: time }
  return newEvent({ id: `7-${made}-0`, type, cluster: 'c1', group, groupType, time, source, data })
}
