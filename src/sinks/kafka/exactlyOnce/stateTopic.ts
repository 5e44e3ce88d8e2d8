import { KoffError } from '../../../base/errors.ts'
import { type TopicShape, type TopicWatch, watchTopic } from '../topicWatch.ts'

const consequence = 'what koff knew of the groups and of its position is lost with it'

/**
 * The topic of the state, which must stay the one that it is: another one of its name holds nothing, and a koff that went on
 * with it would take all that happened in between for what had always been there.
 */
export function watchStateTopic(topic: string, partitions: number): TopicWatch {
  const changed = (before: TopicShape, now: TopicShape) => {
    if (before.id === now.id) {
      throw new KoffError(
        'TOPIC_UNFIT',
        `topic ${topic} has ${now.partitions} partitions now, and needs ${before.partitions}, as many as __consumer_offsets; delete it and restart koff, which then begins as at a first start`,
      )
    }
    throw new KoffError(
      'STATE_LOST',
      `topic ${topic} was deleted and created again while koff ran: ${consequence}. Restart koff: it reads the log as at a first start, and each group makes a group-snapshot`,
    )
  }
  const cure = `${consequence}. Restart koff: it creates the topic and reads the log as at a first start`
  return watchTopic({ topic, partitions, cure, changed })
}
