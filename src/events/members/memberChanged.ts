import { defineEvent } from '../definition.ts'
import { described, enumOf, list } from '../schema.ts'
import { member } from '../shapes.ts'

const memberField = enumOf('MemberField', ['clientId', 'host', 'subscription'], 'The part of a member that changed.')

export const memberChanged = defineEvent({
  type: 'member-changed',
  severity: 'info',
  section: 'Members',
  trigger:
    'A member has another client id, host or subscription (topic names as a set, regex; in classic groups only where protocolType is `consumer`). Not emitted for user data, owned partitions, rack or assignor.',
  data: {
    member: described(member, 'The member after the change.'),
    changes: list(memberField, 'Names of the changed parts, in the order client id, host, subscription.'),
  },
})
