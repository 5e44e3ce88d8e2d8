import { defineEvent } from '../definition.ts'
import { string } from '../schema.ts'

export const assignorChanged = defineEvent({
  type: 'assignor-changed',
  severity: 'info',
  section: 'Rebalances',
  trigger:
    'The protocol of a classic group differs from that of the last generation that had members. What it was is forgotten on migration.',
  data: {
    from: string('Protocol before.'),
    to: string('Protocol after.'),
  },
})
