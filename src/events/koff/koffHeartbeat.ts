import { defineEvent } from '../definition.ts'
import { int, long, nullable } from '../schema.ts'

export const koffHeartbeat = defineEvent({
  type: 'koff-heartbeat',
  severity: 'info',
  section: 'About koff itself',
  defaultOn: false,
  trigger:
    'At every look at log ends (`conditions.sampleEveryMs`, 10 s), for every partition of `__consumer_offsets` that is read, also while that is history: koff is alive, and this far.',
  data: {
    partition: nullable(int('Partition of `__consumer_offsets`.')),
    position: nullable(long('The next offset to read.')),
    logEnd: nullable(long('Log-end offset as the broker last said; the position where nobody said (files).')),
    openTransactions: nullable(int('Transactions with offset commits whose marker has not come.')),
  },
})
