import { defineEvent } from '../definition.ts'
import { nullable, string } from '../schema.ts'

export const groupCreated = defineEvent({
  type: 'group-created',
  severity: 'info',
  section: 'Life of a group',
  trigger:
    'The first record with a value, of any type, of a group not known. A first commit makes the group `simple`. A tombstone creates nothing, a transactional commit not before its COMMIT marker.',
  data: {
    protocolType: nullable(
      string(
        'Of a classic group as recorded (`consumer`, `connect`, …), else `consumer`, `share` or `streams`; null of a simple group.',
      ),
    ),
  },
})
