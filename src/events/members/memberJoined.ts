import { defineEvent } from '../definition.ts'
import { described } from '../schema.ts'
import { member } from '../shapes.ts'

export const memberJoined = defineEvent({
  type: 'member-joined',
  severity: 'info',
  section: 'Members',
  trigger: 'A new member id whose instance id is new, too (otherwise it is `member-replaced`).',
  data: {
    member: described(member, 'The member as it joined.'),
  },
})
