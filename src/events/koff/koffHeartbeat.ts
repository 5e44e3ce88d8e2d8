import { defineEvent } from '../definition.ts'
import { int, long, nullable } from '../schema.ts'

export const koffHeartbeat = defineEvent({
  type: 'koff-heartbeat',
  severity: 'info',
  section: 'About koff itself',
  defaultOn: false,
  trigger:
    'Emitted at every sample of log ends (`conditions.sampleEveryMs`, 10 s) for every partition of `__consumer_offsets` that koff reads, also in history. It shows that koff is alive, and its position.',
  data: {
    partition: nullable(int('Partition of `__consumer_offsets`.')),
    position: nullable(long('The next offset to read.')),
    logEnd: nullable(long('Log-end offset in the last response of the broker; equals the position for files.')),
    openTransactions: nullable(int('Transactions with offset commits that await their marker.')),
  },
})
