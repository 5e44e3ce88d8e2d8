import { defineEvent } from '../definition.ts'
import { described, nullable } from '../schema.ts'
import { member, partitions } from '../shapes.ts'

export const memberLeft = defineEvent({
  type: 'member-left',
  severity: 'info',
  section: 'Members',
  trigger:
    'A member id is gone, and its instance id did not come back in the same transition. The records do not tell a leave from a crash.',
  data: {
    member: described(member, 'The member as it last was.'),
    held: nullable(partitions('Partitions it held when it left; null where its assignment cannot be read.')),
  },
})
