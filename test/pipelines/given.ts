import { definitionOf, type EventData, type EventType, type GroupType, type KoffEvent } from 'koff'

let made = 0

/** An event of that type and group, each further along in a log than the one before. */
export function given<T extends EventType>(
  type: T,
  group: string,
  data: EventData<T>,
  groupType: GroupType = 'consumer',
): KoffEvent {
  made += 1
  const time = 1_790_000_000_000 + made
  const source = { partition: 7, offset: made, timestamp: time }
  const { severity } = definitionOf(type)
  return { id: `7-${made}-0`, type, cluster: 'c1', group, groupType, time, severity, source, data } as KoffEvent
}
