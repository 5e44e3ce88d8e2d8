import { defineEvent } from '../definition.ts'
import { string } from '../schema.ts'

export const leaderChanged = defineEvent({
  type: 'leader-changed',
  severity: 'info',
  section: 'Rebalances',
  defaultOn: false,
  trigger:
    'The leader of a classic group differs from that of the last generation that had members. A leader replaced under its instance id is no new leader. Who it was is forgotten on migration.',
  data: {
    from: string('Member id before.'),
    to: string('Member id after.'),
  },
})
