import { defineEvent } from '../definition.ts'
import { nullable, string } from '../schema.ts'

export const groupCreated = defineEvent({
  type: 'group-created',
  severity: 'info',
  section: 'Life of a group',
  trigger:
    'The first record with a value, of any type, of an unknown group. A first commit creates a `simple` group. A tombstone creates nothing; a transactional commit creates a group at its COMMIT marker.',
  data: {
    protocolType: nullable(
      string(
        'For a classic group as recorded (`consumer`, `connect`, …), else `consumer`, `share` or `streams`; null for a simple group.',
      ),
    ),
  },
})
