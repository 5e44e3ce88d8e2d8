import { type GroupSlot, topicIdOf } from './groupSlot.ts'
import type { LearnedNames } from './learnedNames.ts'

/** Groups keep the names of the topics that they know by id, and the names in their own records. */
export function holdNames(names: LearnedNames, slots: Iterable<GroupSlot>): void {
  for (const { topics, group } of slots) {
    for (const topic of topics.values()) {
      const id = topicIdOf(topic)
      if (id !== null) names.hold(id, topic.name)
    }
    for (const [id, name] of group?.topicNames ?? []) names.hold(id, name)
  }
}

/** The names in a group's own records have changed. */
export function exchangeNames(
  names: LearnedNames,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  position: number,
): void {
  if (before === after) return
  for (const [id, name] of after) names.hold(id, name)
  for (const id of before.keys()) names.release(id, position)
}
