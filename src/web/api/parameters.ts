import { z } from 'zod'
import { KoffError } from '../../base/errors.ts'
import { parseTime } from '../../base/times.ts'
import { eventTypes } from '../../events/definitions.ts'
import { groupTypes, severities } from '../../events/envelope.ts'
import { mostRows } from '../../history/queries/limits.ts'

/** The pieces that the queries of routes are made of. Every value is a text, and a list where it is repeated. */

export const cluster = z.string().optional().describe('The cluster, where the history has several.')

export const group = z.string().describe('The group id; in the path, or here: any text, the empty one too.')

export function time(says: string) {
  return z
    .string()
    .transform((text, context): number => {
      if (/^\d+$/.test(text) && Number(text) <= 8.64e15) return Number(text)
      const parsed = parseTime(text, { now: Date.now() })
      if (parsed.kind === 'time') return parsed.time
      context.addIssue({ code: 'custom', message: parsed.fault })
      return z.NEVER
    })
    .describe(`${says} ms since the epoch, ISO 8601, or words as \`--since\` takes them (\`15m\`).`)
}

export const from = time('From then on:').optional()
export const to = time('Up to then; now unless given:').optional()
export const at = time('When; now unless given:').optional()

export const partition = whole(0, 2_147_483_647).optional().describe('The partition of the topic.')
export const topic = z.string().optional().describe('The topic.')

export function whole(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
}

export function limit(otherwise: number) {
  return whole(1, mostRows)
    .optional()
    .transform(value => value ?? otherwise)
    .describe(`At most so many rows, up to ${mostRows}; ${otherwise} unless given.`)
}

export const cursor = z.string().optional().describe('`next` of the page before.')

export const kind = z.enum(groupTypes).optional().describe('Only groups of this kind.')
export const severity = z.enum(severities).optional().describe('This one and worse.')
export const yes = z.enum(['true', 'false']).transform(value => value === 'true')

const texts = z.union([z.string(), z.array(z.string()).max(100)]).transform(value => [value].flat())

export const patterns = texts.optional().describe('Groups that fit, with * and ? as in a shell; may be repeated.')

export const types = texts
  .transform((words, context) => {
    const found = words.map(word =>
      eventTypes.filter(type => (word.endsWith('*') ? type.startsWith(word.slice(0, -1)) : type === word)),
    )
    for (const [index, word] of words.entries()) {
      if (found[index]?.length === 0)
        context.addIssue({ code: 'custom', message: `${JSON.stringify(word)} is none of ${eventTypes.join(', ')}` })
    }
    return [...new Set(found.flat())]
  })
  .optional()
  .describe('Types of events, `offset-*` for several; may be repeated.')

/** Filters of events, by all columns. */
export const eventFilters = {
  cluster,
  group: z.string().optional().describe('Exactly this group.'),
  groups: patterns,
  kind,
  type: types,
  severity,
  topic,
  partition,
  member: z.string().optional().describe('Only about this member.'),
  instance: z.string().optional().describe('Only about the static member with this instance id.'),
  client: z.string().optional().describe('Only about members with this client id.'),
  host: z.string().optional().describe('Only about members on this host.'),
}

/** The query of a request, checked. Says which parameters there are where one is not known. */
export function parseQuery<Query extends z.ZodObject>(query: Query, given: unknown): z.output<Query> {
  const parsed = query.strict().safeParse(given, { reportInput: true })
  if (parsed.success) return parsed.data as z.output<Query>
  const parameters = Object.keys(query.shape)
  const faults = parsed.error.issues.map(issue => faultText(issue, parameters))
  throw new KoffError('USAGE', faults.join('; '), { known: { parameters } })
}

function faultText(issue: z.core.$ZodIssue, parameters: readonly string[]): string {
  const name = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys.map(key => JSON.stringify(key)).join(', ')
    return `no parameter ${unknown}; known: ${parameters.join(', ')}`
  }
  if (issue.code === 'invalid_value') return `${name}: must be one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'invalid_type')
    return `${name}: ${issue.input === undefined ? 'is missing' : 'must be given once'}`
  return `${name}: ${issue.message}`
}

/** The end of a time and its beginning, checked against each other. */
export function span(query: { readonly from: number; readonly to: number }): { from: number; to: number } {
  if (query.from <= query.to) return { from: query.from, to: query.to }
  throw new KoffError('USAGE', `from is after to: ${iso(query.from)} > ${iso(query.to)}`)
}

export function iso(time: number): string {
  return new Date(time).toISOString()
}
