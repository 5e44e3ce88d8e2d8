import { defineEvent } from '../definition.ts'
import { string } from '../schema.ts'

export const leaderChanged = defineEvent({
  type: 'leader-changed',
  severity: 'info',
  section: 'Rebalances',
  defaultOn: false,
  trigger:
    'The leader of a classic group differs from that of the last generation with members. A leader that was replaced under its instance id is not a new leader. A migration resets the comparison.',
  data: {
    from: string('Member id before.'),
    to: string('Member id after.'),
  },
})
