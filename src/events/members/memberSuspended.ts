import { defineEvent } from '../definition.ts'
import { described, nullable } from '../schema.ts'
import { member, partitions } from '../shapes.ts'

export const memberSuspended = defineEvent({
  type: 'member-suspended',
  severity: 'info',
  section: 'Members',
  // KIP-848: member epoch -2 keeps a static member's assignment until it is back or its session times out.
  trigger:
    'A static member of a consumer group left temporarily (member epoch −2); its partitions are kept for it. A classic static member leaves no such record.',
  data: {
    member: described(member, 'The member that is away.'),
    held: nullable(partitions('Partitions that are kept for it; null where its assignment cannot be read.')),
  },
})
