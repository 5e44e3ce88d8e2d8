import type { EventType } from '../../src/events/definitions.ts'
import type { ContentOptions } from '../../src/sinks/kafka/topicEncoder.ts'

/** Events of the types that tests write, to one topic. */
export function toTopic(topic: string): Pick<ContentOptions, 'routes' | 'types'> {
  return { routes: { topic }, types: new Set<EventType>(['member-joined', 'offset-committed', 'koff-undecodable']) }
}
