import { defineEvent } from '../definition.ts'
import { int, list, millis, nullable, record, string } from '../schema.ts'
import { partitions } from '../shapes.ts'

const assignmentChange = record('AssignmentChange', 'The effect of a rebalance on one member.', {
  memberId: string('Member id; for a member that left, its last one.'),
  clientId: string('Client id.'),
  gained: partitions('Partitions that it holds now and did not hold before.'),
  lost: partitions('Partitions that it held before and does not hold now.'),
})

export const rebalance = defineEvent({
  type: 'rebalance',
  severity: 'info',
  section: 'Rebalances',
  trigger:
    'A rebalance completed. Classic groups: the generation grew and the group has members. Other groups: all members that are not suspended are stable, with nothing pending, at an epoch above the last settled one. The return of a static member at the same epoch is not a rebalance.',
  data: {
    epochBefore: nullable(
      int(
        'Epoch, or generation, at which the group was last settled; may be several below `epochAfter`. Where an epoch decreased, the group was recreated unseen, and the lower one counts. Null for the first completed rebalance after the history before the first read, if the group was not settled there: compaction may have removed the earlier records.',
      ),
    ),
    epochAfter: nullable(int('Epoch, or generation, that is settled now.')),
    protocol: nullable(string('Assignor of a classic group; else null.')),
    leader: nullable(string('Member id of the leader of a classic group; else null.')),
    memberCount: int('Number of members afterwards, including suspended ones.'),
    durationMs: nullable(
      millis(
        'Time since the first start after the group was last settled; null for a classic group, and with `epochBefore`.',
      ),
    ),
    moved: nullable(int('Number of partitions gained, over all members; null with `epochBefore`.')),
    changes: nullable(
      list(
        assignmentChange,
        'Every member whose partitions differ from the last settled state, including members that left; sorted by member id. Without members whose assignment before or after cannot be read. Null with `epochBefore`.',
      ),
    ),
    unreadable: list(
      string('Member id.'),
      'Members whose assignment cannot be read, sorted; only for groups whose protocolType is `consumer`.',
    ),
  },
})
