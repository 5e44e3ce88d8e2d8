import { KoffError } from '../../../base/errors.ts'
import { type TopicShape, type TopicWatch, watchTopic } from '../topicWatch.ts'

const consequence = 'the stored groups and the position are lost with it'

/**
 * Watches that the state topic stays the same. A recreated one is empty: continuing with it would treat everything that
 * happened meanwhile as history.
 */
export function watchStateTopic(topic: string, partitions: number): TopicWatch {
  const changed = (before: TopicShape, now: TopicShape) => {
    if (before.id === now.id) {
      throw new KoffError(
        'TOPIC_UNFIT',
        `topic ${topic} has ${now.partitions} partitions now, and needs ${before.partitions}, as many as __consumer_offsets; delete it and restart koff, which then reads the log as at a first start`,
      )
    }
    throw new KoffError(
      'STATE_LOST',
      `topic ${topic} was deleted and created again while koff ran: ${consequence}. Restart koff: it reads the log as at a first start, and each group gets a group-snapshot`,
    )
  }
  const cure = `${consequence}. Restart koff: it creates the topic and reads the log as at a first start`
  return watchTopic({ topic, partitions, cure, changed })
}
