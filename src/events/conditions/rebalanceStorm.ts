import { defineEvent } from '../definition.ts'
import { int, list } from '../schema.ts'
import { memberRef } from '../shapes.ts'
import { closing } from './closing.ts'

export const rebalanceStorm = defineEvent({
  type: 'rebalance-storm',
  severity: 'error',
  section: 'Conditions over time',
  trigger: 'Five or more rebalances in ten minutes; bursts closer than 5 s count once.',
  data: {
    count: int('Rebalances in that time.'),
    joined: list(memberRef, 'Members that came in that time, sorted by member id.'),
    left: list(memberRef, 'Members that went in that time, sorted by member id.'),
  },
})

export const rebalanceSettled = defineEvent({
  type: 'rebalance-settled',
  severity: 'info',
  section: 'Conditions over time',
  closes: 'rebalance-storm',
  trigger: 'No rebalance for ten minutes.',
  data: closing,
})
