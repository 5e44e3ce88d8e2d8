import { defineEvent } from '../definition.ts'
import { enumOf, long } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const offsetReset = defineEvent({
  type: 'offset-reset',
  severity: 'warn',
  section: 'Offsets',
  trigger:
    'A counted plain commit that differs from one before, while the group is known, not simple, and has no members: as it stood when the commit was made, where a batch holds more than that. Not for a first commit, nor for a transactional one: the member may be gone before its marker. A partition that was committed forward twice without a member, the second time within an hour of the first, is judged as one of a simple group from the third commit on, until a member joins or no commit comes for an hour: jobs such as Flink, Spark and MirrorMaker commit like this.',
  data: {
    ...topicPartition,
    from: long('Committed offset before.'),
    to: long('Committed offset after.'),
    direction: enumOf('Direction', ['forward', 'backward'], 'Which way the offset was moved.'),
  },
})
