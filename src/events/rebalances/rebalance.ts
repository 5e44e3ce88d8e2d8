import { defineEvent } from '../definition.ts'
import { int, list, millis, nullable, record, string } from '../schema.ts'
import { partitions } from '../shapes.ts'

const assignmentChange = record('AssignmentChange', 'What a rebalance changed for one member.', {
  memberId: string('Member id; of one that left, its last.'),
  clientId: string('Client id.'),
  gained: partitions('Partitions it holds now and did not hold before.'),
  lost: partitions('Partitions it held before and does not hold now.'),
})

export const rebalance = defineEvent({
  type: 'rebalance',
  severity: 'info',
  section: 'Rebalances',
  trigger:
    'A rebalance completed. Classic: the generation grew and members are there. Others: all members that are not suspended are stable, with nothing pending, at an epoch higher than the one last settled at; the return of a static member at the same epoch is none.',
  data: {
    epochBefore: nullable(
      int(
        'Epoch, or generation, at which the group was last settled: may be several below `epochAfter`. Where an epoch went down, the group was made anew unseen, and it counts from the lower one. Null of the first rebalance that completes after the history before the first read, where the group was not settled there: compaction may have taken what was before.',
      ),
    ),
    epochAfter: nullable(int('Epoch, or generation, that is settled now.')),
    protocol: nullable(string('Assignor that a classic group agreed on; else null.')),
    leader: nullable(string('Member id of the leader of a classic group; else null.')),
    memberCount: int('Members after, suspended ones included.'),
    durationMs: nullable(
      millis(
        'Since the first start after the group was last settled; null of a classic group, and with `epochBefore`.',
      ),
    ),
    moved: nullable(int('Number of partitions that a member gained; null with `epochBefore`.')),
    changes: nullable(
      list(
        assignmentChange,
        'Every member whose partitions differ from when the group was last settled, leavers included; sorted by member id. Members whose assignment before or after cannot be read are left out. Null with `epochBefore`.',
      ),
    ),
    unreadable: list(
      string('Member id.'),
      'Members whose assignment cannot be read, sorted; only of groups whose protocolType is `consumer`.',
    ),
  },
})
