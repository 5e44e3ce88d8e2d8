import { defineEvent } from '../definition.ts'
import { int, list, record, string } from '../schema.ts'
import { closing } from './closing.ts'

const assignedCount = record('AssignedCount', 'How much one member holds.', {
  memberId: string('Member id.'),
  clientId: string('Client id.'),
  partitions: int('Number of partitions the member holds.'),
})

export const assignmentSkewed = defineEvent({
  type: 'assignment-skewed',
  severity: 'warn',
  section: 'Conditions over time',
  trigger:
    'A completed assignment in which the most that a member holds is more than one above the least and at least twice the mean, or in which members are idle while others hold more than one. Not judged while the assignment or the subscription of a member of a classic group cannot be read.',
  data: {
    counts: list(assignedCount, 'Every member, sorted by member id.'),
  },
})

export const assignmentBalanced = defineEvent({
  type: 'assignment-balanced',
  severity: 'info',
  section: 'Conditions over time',
  closes: 'assignment-skewed',
  trigger: 'A completed assignment that is not skewed, or the group is empty or gone.',
  data: closing,
})
