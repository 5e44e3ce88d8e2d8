import { defineEvent } from '../definition.ts'
import { described, enumOf, list } from '../schema.ts'
import { member } from '../shapes.ts'

const memberField = enumOf('MemberField', ['clientId', 'host', 'subscription'], 'What of a member can change.')

export const memberChanged = defineEvent({
  type: 'member-changed',
  severity: 'info',
  section: 'Members',
  trigger:
    'The same member with another client id, host or subscription (topic names as a set, regex; of classic groups only where protocolType is `consumer`). Not for user data, owned partitions, rack or assignor.',
  data: {
    member: described(member, 'The member as it is now.'),
    changes: list(memberField, 'Names of what changed, in the order client id, host, subscription.'),
  },
})
