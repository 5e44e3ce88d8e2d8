import { defineEvent } from '../definition.ts'
import { int, list, nullable, string } from '../schema.ts'
import { assignedMember } from '../shapes.ts'

export const groupSnapshot = defineEvent({
  type: 'group-snapshot',
  severity: 'info',
  section: 'Life of a group',
  trigger:
    'Emitted once for each live group at the end of history: when the first read of a partition reaches the end that it had at the start. Not emitted with `snapshot: skip`.',
  data: {
    epoch: nullable(int('Group epoch; generation of a classic group; 0 for a simple group.')),
    protocolType: nullable(
      string(
        'For a classic group as recorded (`consumer`, `connect`, …), else `consumer`, `share` or `streams`; null for a simple group.',
      ),
    ),
    protocol: nullable(string('Assignor of a classic group with members; else null.')),
    leader: nullable(string('Member id of the leader of a classic group with members; else null.')),
    members: nullable(list(assignedMember, 'Members with what they hold, sorted by id.')),
    committedOffsets: nullable(int('Number of partitions with a committed offset.')),
  },
})
