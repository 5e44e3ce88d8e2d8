import type { InsertPlan } from './database.ts'

/** The end of an interval that is open. */
export const OPEN = 9_007_199_254_740_991

export const eventsTable = {
  table: 'events',
  ignoreRepeats: true,
  columns: {
    cluster: 'text',
    id: 'text',
    type: 'text',
    group: 'text',
    kind: 'text',
    time: 'integer',
    severity: 'text',
    topic: 'text',
    partition: 'integer',
    member: 'text',
    instance: 'text',
    client: 'text',
    host: 'text',
    opened: 'text',
    source_partition: 'integer',
    source_offset: 'integer',
    rest: 'json',
    data: 'json',
  },
} as const satisfies InsertPlan

export const groupsTable = {
  table: 'groups',
  ignoreRepeats: true,
  columns: { cluster: 'text', group: 'text', partition: 'integer' },
} as const satisfies InsertPlan

export const statesTable = {
  table: 'states',
  ignoreRepeats: true,
  columns: {
    cluster: 'text',
    group: 'text',
    time: 'integer',
    position: 'integer',
    base: 'integer',
    body: 'bytes',
  },
} as const satisfies InsertPlan

export const progressTable = {
  table: 'progress',
  columns: {
    cluster: 'text',
    group: 'text',
    from_time: 'integer',
    from_position: 'integer',
    to_time: 'integer',
    points: 'integer',
    body: 'bytes',
  },
} as const satisfies InsertPlan

export const ownersTable = {
  table: 'owner_spans',
  columns: {
    cluster: 'text',
    group: 'text',
    topic: 'text',
    partition: 'integer',
    member: 'text',
    instance: 'text',
    client: 'text',
    host: 'text',
    from_time: 'integer',
    to_time: 'integer',
  },
} as const satisfies InsertPlan

export const membersTable = {
  table: 'member_spans',
  columns: {
    cluster: 'text',
    group: 'text',
    member: 'text',
    instance: 'text',
    client: 'text',
    host: 'text',
    from_time: 'integer',
    to_time: 'integer',
  },
} as const satisfies InsertPlan
