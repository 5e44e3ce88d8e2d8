import * as z from 'zod'
import { batchFaultCodes, compressions } from '../../kafka/records/batch.ts'

const offset = z.int().min(0)

/**
 * A record with what its batch's header says. Fields that bear on what a record means must be there; the others have a
 * default, for recordings made by hand. Unknown fields are ignored. Whether base64 is some shows when it is decoded.
 */
const recordLine = z.object({
  partition: z.int().min(0),
  offset,
  timestamp: z.int(),
  timestampType: z.enum(['NoTimestampType', 'CreateTime', 'LogAppendTime']),
  batchBaseOffset: offset,
  batchLastOffset: offset,
  magic: z.literal([0, 1, 2]),
  leaderEpoch: z.int().default(-1),
  compression: z.enum(compressions).default('none'),
  isControl: z.boolean(),
  isTransactional: z.boolean(),
  producerId: z.union([z.int(), z.bigint().refine(isInt64, 'is not an int64')]),
  producerEpoch: z.int(),
  sequence: z.int().default(-1),
  keyBase64: z.string().nullable(),
  valueBase64: z.string().nullable(),
  headers: z.array(z.object({ key: z.string(), valueBase64: z.string().nullable() })).default([]),
})

const logEndLine = z.object({
  kind: z.literal('logEnd'),
  topic: z.string(),
  topicId: z.string().exactOptional(),
  partition: z.int().min(0),
  logStart: offset,
  logEnd: offset,
  timestamp: z.int(),
  answeredAt: z.int().exactOptional(),
})

const groupStateLine = z.object({
  kind: z.literal('groupState'),
  group: z.string(),
  state: z.string(),
  position: offset,
  timestamp: z.int(),
})

const shareStartLine = z.object({
  kind: z.literal('shareStart'),
  group: z.string(),
  topic: z.string(),
  topicId: z.string().exactOptional(),
  partition: z.int().min(0),
  startOffset: offset,
  lag: offset.exactOptional(),
  timestamp: z.int(),
})

const offsetTimeLine = z.object({
  kind: z.literal('offsetTime'),
  topic: z.string(),
  topicId: z.string().exactOptional(),
  partition: z.int().min(0),
  offset,
  recordTime: z.int(),
  atMost: z.boolean().exactOptional(),
  timestamp: z.int(),
})

const topicLine = z.object({
  kind: z.literal('topic'),
  id: z.string(),
  name: z.string(),
  partitions: z.int().min(0).exactOptional(),
})

const tickLine = z.object({
  kind: z.literal('tick'),
  timestamp: z.int(),
  partitions: z.array(z.int().min(0)).exactOptional(),
  listed: z.array(z.int().min(0)).exactOptional(),
})

/** What `koff record` could not read, so that a replay knows of it too. */
const faultLine = z.object({
  kind: z.literal('fault'),
  file: z.string().optional(),
  partition: z.int().min(0),
  offset: offset.nullable(),
  position: offset,
  code: z.enum(batchFaultCodes),
  reason: z.string(),
})

const kinds = {
  logEnd: logEndLine,
  topic: topicLine,
  groupState: groupStateLine,
  shareStart: shareStartLine,
  offsetTime: offsetTimeLine,
  tick: tickLine,
  fault: faultLine,
} as const

export type RecordLine = z.infer<typeof recordLine>
export type KindLine = z.infer<(typeof kinds)[keyof typeof kinds]>

/** Parses one line of a recording. Throws an Error with the reason for an invalid line. */
export function parseLine(text: string): RecordLine | KindLine {
  const value = parseExact(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('is not a JSON object')
  const schema = 'kind' in value ? schemaOf(value.kind) : recordLine
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new Error(`${issue?.path.join('.')}: ${issue?.message}`)
}

function schemaOf(kind: unknown): (typeof kinds)[keyof typeof kinds] {
  for (const [name, schema] of Object.entries(kinds)) if (name === kind) return schema
  const known = Object.keys(kinds).join(', ')
  throw new Error(`kind ${JSON.stringify(kind)} is not one of a recording: records have none, others are ${known}`)
}

/** JSON, with a producer id beyond 2^53 exact. The reviver makes parsing several times slower: only where it is needed. */
function parseExact(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  if (typeof value !== 'object' || value === null || !('producerId' in value)) return value
  if (typeof value.producerId !== 'number' || Number.isSafeInteger(value.producerId)) return value
  return JSON.parse(text, reviveProducerId)
}

function reviveProducerId(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? ''
  return key === 'producerId' && typeof value === 'number' && /^-?\d+$/.test(source) ? BigInt(source) : value
}

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}
