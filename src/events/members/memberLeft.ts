import { defineEvent } from '../definition.ts'
import { described, nullable } from '../schema.ts'
import { member, partitions } from '../shapes.ts'

export const memberLeft = defineEvent({
  type: 'member-left',
  severity: 'info',
  section: 'Members',
  trigger:
    'A member id disappeared, and its instance id did not return in the same transition. The records do not distinguish a leave from a crash.',
  data: {
    member: described(member, 'The last state of the member.'),
    held: nullable(partitions('Partitions that it held when it left; null where its assignment cannot be read.')),
  },
})
