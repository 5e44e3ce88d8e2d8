import type { InsertPlan, UpdatePlan } from './database.ts'

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
  replaces: ['cluster', 'group', 'from_time', 'from_position'],
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

/** Points that are not in a block of `progress` yet. */
export const tailTable = {
  table: 'progress_tail',
  columns: { cluster: 'text', group: 'text', time: 'integer', position: 'integer', points: 'integer', body: 'bytes' },
} as const satisfies InsertPlan

export const marksTable = {
  table: 'marks',
  replaces: ['cluster', 'partition'],
  columns: { cluster: 'text', partition: 'integer', position: 'integer', ordinal: 'integer' },
} as const satisfies InsertPlan

export const endOfMember = {
  table: 'member_spans',
  set: 'to_time',
  where: { cluster: 'text', group: 'text', member: 'text' },
  also: `to_time = ${OPEN}`,
} as const satisfies UpdatePlan

export const endOfOwner = {
  table: 'owner_spans',
  set: 'to_time',
  where: { cluster: 'text', group: 'text', member: 'text', topic: 'text', partition: 'integer' },
  also: `to_time = ${OPEN}`,
} as const satisfies UpdatePlan

export const endOfOpener = {
  table: 'events',
  set: 'closed',
  where: { cluster: 'text', id: 'text' },
  also: `closed = ${OPEN}`,
} as const satisfies UpdatePlan
