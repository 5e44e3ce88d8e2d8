import { defineEvent } from '../definition.ts'
import { string } from '../schema.ts'

export const assignorChanged = defineEvent({
  type: 'assignor-changed',
  severity: 'info',
  section: 'Rebalances',
  trigger:
    'The protocol (assignor) of a classic group differs from that of the last generation with members. A migration resets the comparison.',
  data: {
    from: string('Protocol before.'),
    to: string('Protocol after.'),
  },
})
