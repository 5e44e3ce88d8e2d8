import { defineEvent } from '../definition.ts'
import { int, list, nullable, string } from '../schema.ts'
import { assignedMember } from '../shapes.ts'

export const groupSnapshot = defineEvent({
  type: 'group-snapshot',
  severity: 'info',
  section: 'Life of a group',
  trigger:
    'One for each live group at the end of history: when koff, the first time it reads a partition, reaches the end as it was at start. Left out with `snapshot: skip`.',
  data: {
    epoch: nullable(int('Group epoch, or generation of a classic group; 0 of a simple one.')),
    protocolType: nullable(
      string(
        'Of a classic group as recorded (`consumer`, `connect`, …), else `consumer`, `share` or `streams`; null of a simple group.',
      ),
    ),
    protocol: nullable(string('Assignor of a classic group with members; else null.')),
    leader: nullable(string('Member id of the leader of a classic group with members; else null.')),
    members: nullable(list(assignedMember, 'Members with what they hold, sorted by id.')),
    committedOffsets: nullable(int('Number of partitions with a committed offset.')),
  },
})
