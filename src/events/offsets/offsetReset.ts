import { defineEvent } from '../definition.ts'
import { enumOf, long } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const offsetReset = defineEvent({
  type: 'offset-reset',
  severity: 'warn',
  section: 'Offsets',
  trigger:
    'A counted plain commit of another offset than before, while the group is known, not simple, and has no members at that point of the batch. Not emitted for the first commit of a partition, nor for a transactional one, because the member may have left before the marker. A partition that was committed forward twice without members, the second time within an hour of the first, is treated like one of a simple group from the third commit on, until a member joins or no commit comes for an hour: jobs such as Flink, Spark and MirrorMaker commit like this.',
  data: {
    ...topicPartition,
    from: long('Previous committed offset.'),
    to: long('New committed offset.'),
    direction: enumOf('Direction', ['forward', 'backward'], 'Direction of the change.'),
  },
})
