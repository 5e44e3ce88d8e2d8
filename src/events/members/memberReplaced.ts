import { defineEvent } from '../definition.ts'
import { boolean, string } from '../schema.ts'

export const memberReplaced = defineEvent({
  type: 'member-replaced',
  severity: 'info',
  section: 'Members',
  trigger:
    'The same instance id with a new member id: a static member restarted and keeps its place. It neither left nor joined.',
  data: {
    instanceId: string('`group.instance.id` of the member.'),
    from: string('Member id before.'),
    to: string('Member id after.'),
    hostChanged: boolean('True where it returned from another host.'),
  },
})
