import { defineEvent } from '../definition.ts'
import { described } from '../schema.ts'
import { member } from '../shapes.ts'

export const memberJoined = defineEvent({
  type: 'member-joined',
  severity: 'info',
  section: 'Members',
  trigger: 'A member id that was not there before, and its instance id neither (that would be `member-replaced`).',
  data: {
    member: described(member, 'The member as it joined.'),
  },
})
