import { z } from 'zod'
import type { KoffEvent } from '../../events/envelope.ts'
import { groupTypes } from '../../events/envelope.ts'
import type {
  ConditionAnswer,
  Coverage,
  DiffAnswer,
  GroupState,
  MemberAnswer,
  OwnerAnswer,
  PartitionsAnswer,
  RebalanceAnswer,
} from './answers.ts'

/** The pieces that the answers of several routes are made of. */

export const int64 = z.union([z.int(), z.string().regex(/^-?\d+$/)]).describe('A number while exact, else a text.')
export const ms = z.int().describe('ms since the epoch.')
export const next = z.string().nullable().describe('`cursor` of the next page; null: this is the last.')
const count = z.int().min(0)

export const coverage: z.ZodType<Coverage> = z
  .strictObject({
    complete: z.boolean(),
    notKnown: z.array(
      z.strictObject({ partition: count, knows: z.string(), from: z.number().nullable(), to: z.number().nullable() }),
    ),
  })
  .describe('What of the time in question the history does not have.')

const held = z.record(z.string(), z.array(count)).nullable()

export const member: z.ZodType<MemberAnswer> = z.strictObject({
  id: z.string(),
  instanceId: z.string().nullable(),
  clientId: z.string(),
  host: z.string(),
  epoch: z.int().nullable(),
  assignment: held,
  targetAssignment: held,
})

const byPartition = z.record(z.string(), z.record(z.string(), int64))

export const groupState: z.ZodType<GroupState> = z.strictObject({
  group: z.string(),
  groupType: z.enum(groupTypes),
  epoch: z.int(),
  state: z.string(),
  protocolType: z.string().nullable(),
  protocol: z.string().nullable(),
  leader: z.string().nullable(),
  members: z.array(member),
  offsets: byPartition,
  lag: z.exactOptional(byPartition),
  logEnd: z.exactOptional(byPartition),
})

export const owner = z.strictObject({
  memberId: z.string(),
  instanceId: z.string().nullable(),
  clientId: z.string(),
  host: z.string(),
}) satisfies z.ZodType<OwnerAnswer>

export const condition: z.ZodType<ConditionAnswer> = z.strictObject({
  id: z.string(),
  closeId: z.string().nullable(),
  type: z.string(),
  group: z.string(),
  severity: z.string(),
  topic: z.string().nullable(),
  partition: z.int().nullable(),
  from: ms,
  to: ms.nullable(),
  advice: z.exactOptional(z.string()),
})

const partitions: z.ZodType<PartitionsAnswer> = z.strictObject({
  topic: z.string().nullable(),
  topicId: z.string().nullable(),
  subtopology: z.string().nullable(),
  partitions: z.array(count),
})

const moved = z.array(
  z.strictObject({
    memberId: z.string(),
    clientId: z.string().nullable(),
    host: z.string().nullable(),
    how: z.string(),
    time: ms,
  }),
)

export const rebalance: z.ZodType<RebalanceAnswer> = z.strictObject({
  id: z.string(),
  time: ms,
  durationMs: z.number().nullable(),
  epochBefore: z.int().nullable(),
  epochAfter: z.int().nullable(),
  memberCount: count,
  moved: count.nullable(),
  changes: z
    .array(
      z.strictObject({
        memberId: z.string(),
        clientId: z.string(),
        gained: z.array(partitions),
        lost: z.array(partitions),
      }),
    )
    .nullable(),
  joined: moved,
  left: moved,
})

/** An event as every sink gets it; `docs/events.md` and `schemas/` have the fields of each type. */
export const event = z.custom<KoffEvent>().meta({
  type: 'object',
  required: ['id', 'type', 'cluster', 'group', 'groupType', 'time', 'severity', 'source', 'part', 'parts', 'data'],
  description: 'An event, as NDJSON has it; docs/events.md has the fields of each type.',
})

export const stored = z.strictObject({ sequence: count.describe('Its place in the history.'), event })

const owned = z.array(z.string())

export const diff: z.ZodType<DiffAnswer> = z.strictObject({
  group: z.string(),
  fields: z.record(z.string(), z.strictObject({ before: z.unknown(), after: z.unknown() })),
  joined: z.array(member),
  left: z.array(member),
  moved: z.array(z.strictObject({ topic: z.string(), partition: count, before: owned, after: owned })),
  offsets: z.array(
    z.strictObject({ topic: z.string(), partition: count, before: int64.nullable(), after: int64.nullable() }),
  ),
})
