import type { Group } from '../group/group.ts'
import type { GroupSlot } from '../group/groupSlot.ts'

/**
 * The topics that the members of a group subscribe to. Null where the records do not say: members of streams groups and
 * of other protocols, bytes that cannot be read, a regular expression for which the broker has not found topics yet.
 */
export function subscribedTopics({ members, regexes }: Group): ReadonlySet<string> | null {
  const topics = new Set<string>()
  for (const { described, subscription } of members.values()) {
    if (!described) continue
    if (subscription === null) return null
    for (const topic of subscription.topics) topics.add(topic)
    if (subscription.regex === null) continue
    const found = regexes.get(subscription.regex)
    if (found === undefined) return null
    for (const topic of found) topics.add(topic)
  }
  return topics
}

/** Whether a group abandoned a topic, computed once for each group: valid for one round. */
export class DroppedTopics {
  readonly #subscribed = new Map<GroupSlot, ReadonlySet<string> | null>()

  /**
   * True where the group has members, none of them subscribes to the topic, and the partition was not committed since the
   * last rebalance. `position` is that of the commit.
   */
  isDropped(slot: GroupSlot, topic: string, position: number): boolean {
    const { group, standing, conditions } = slot
    if (group === null || standing !== 'with-members') return false
    let subscribed = this.#subscribed.get(slot)
    if (subscribed === undefined) this.#subscribed.set(slot, (subscribed = subscribedTopics(group)))
    if (subscribed === null || subscribed.has(topic)) return false
    return position < (conditions?.rebalancedOffset ?? Number.POSITIVE_INFINITY)
  }
}
