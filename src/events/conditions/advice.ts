import type { OpeningType } from '../definitions.ts'

/** What to do about an open condition. docs/conditions.md has the same sentences, which a test holds. */
export const whatToDo: Readonly<Record<OpeningType, string>> = {
  'offset-stalled':
    'Repeating: look in the log of member for a record at offset of topic that its handler fails on. silent: a member hangs, is paused, or is gone. Restart it; group-emptied shows a group without members.',
  'lag-exceeded':
    'Add members if there are more partitions than members, else make the members faster. If one partition has most of the lag, look at its owner and at the keys of its records.',
  'offset-at-risk':
    'Lengthen the retention of the topic at once (retention.ms, retention.bytes), then make the group faster.',
  'offset-out-of-range':
    'Below the log start: the member resets by its auto.offset.reset; with latest it skips what is left. The retention is too short for this group. Above the log end: check whether the topic was recreated (topic-recreated), and reset the group.',
  'rebalance-stuck':
    'Restart the member that does not revoke its partitions: the lagging one whose handler takes longer than max.poll.interval.ms.',
  'rebalance-storm':
    'A member that is in both lists with changing ids crashes, or exceeds its session or poll timeout. Static membership (group.instance.id) avoids rebalances at restarts.',
  'partition-unassigned':
    'Check for an assignor that skips partitions, or for added partitions that members do not know yet (metadata.max.age.ms).',
  'assignment-skewed':
    'Range over many topics with few partitions assigns everything to the first members: use cooperative-sticky or uniform.',
}
