import type { z } from 'zod'
import { choices, suggestion } from '../base/nearest.ts'
import type { Fault, Path } from './document.ts'
import { meantBy } from './otherWords.ts'
import { missing } from './values/values.ts'

/**
 * The faults that a schema found: what is wrong and what would be right. A message quotes a value only if `shown` gives
 * it, which omits the values of variables.
 */
export function faultsOf(error: z.ZodError, data: unknown, shown: (path: Path) => string | undefined): Fault[] {
  return issuesIn(error.issues).flatMap(issue => {
    const path = issue.path.filter(step => typeof step !== 'symbol')
    if (issue.code !== 'unrecognized_keys') {
      const written = writtenAt(data, path)
      return [{ path, message: messageOf(issue, valueAt(data, written), shown(written)) }]
    }
    const known = issue.message.split(', ')
    return issue.keys.map(key => {
      const meant = meantBy(key, known)
      return { path: [...path, key], message: `unknown key; ${meant ?? suggestion(key, known)}` }
    })
  })
}

/** For a value with several possible forms, the faults of the form that was given. */
function issuesIn(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap(issue => {
    if (issue.code !== 'invalid_union') return [issue]
    const isForm = (branch: readonly z.core.$ZodIssue[]) =>
      !branch.some(({ code, path }) => code === 'invalid_type' && path.length === 0)
    const meant = issue.errors.find(isForm)
    if (meant === undefined) return [issue]
    return issuesIn(meant).map(inner => ({ ...inner, path: [...issue.path, ...inner.path] }))
  })
}

function messageOf(issue: z.core.$ZodIssue, value: unknown, shown: string | undefined): string {
  switch (issue.code) {
    case 'invalid_type':
      // zod's own messages begin with Invalid; any other is the schema's description of a missing value.
      if (value === undefined) return issue.message.startsWith('Invalid') ? missing : `${missing}; ${issue.message}`
      return `must be ${nouns[issue.expected] ?? issue.expected}, is ${nounOf(value, issue.expected)}${formOf(issue)}`
    case 'invalid_value':
      return choice(value, shown, issue.values.map(String))
    case 'invalid_union':
      return 'options' in issue
        ? choice(value, shown, (issue.options as readonly unknown[]).map(String))
        : issue.message
    case 'too_small':
      if (issue.origin !== 'string' && issue.origin !== 'array') return `must be at least ${issue.minimum}`
      return 'must not be empty'
    case 'too_big':
      return `must be at most ${issue.maximum}`
    case 'custom':
      return withSource(issue.message, value, shown)
    case 'invalid_format':
    case 'invalid_element':
    case 'invalid_key':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      break
  }
  return issue.message
}

/** Messages quote a value as written in the file: the name of a variable, not its value. */
function withSource(message: string, value: unknown, shown: string | undefined): string {
  if (typeof value !== 'string' || shown === undefined || shown === value) return message
  const begins = message.startsWith(`${value} `)
  return begins
    ? shown + message.slice(value.length)
    : message.replace(JSON.stringify(value), () => JSON.stringify(shown))
}

/** How a mapping is written that other tools take as a text. */
function formOf({ expected, path }: { readonly expected: string; readonly path: readonly PropertyKey[] }): string {
  const form = expected === 'object' ? mappings[String(path.at(-1))] : undefined
  return form === undefined ? '' : `; write ${form}`
}

const mappings: Readonly<Record<string, string>> = {
  registry: 'registry: { url: http://… }',
  redis: 'redis: { url: redis://… }',
  kafka: 'kafka: { brokers: host:port }',
  http: 'http: { port: 9404 }',
  state: 'state: { dir: … }',
}

function choice(value: unknown, shown: string | undefined, known: readonly string[]): string {
  if (value === undefined) return `${missing}; known: ${known.join(', ')}`
  if (typeof value === 'object') return `must be one of ${known.join(', ')}, is ${nounOf(value)}`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `unknown ${JSON.stringify(shown ?? text)}; ${choices(text, known)}`
}

const nouns: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
}

/** The noun for `expected` of zod. */
function nounOf(value: unknown, expected = ''): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  const hint = expected === 'string' ? ' (quote it to make it a text)' : ''
  if (typeof value === 'number') return expected === 'int' ? 'a number with a fraction' : `a number${hint}`
  if (typeof value === 'boolean') return `true or false${hint}`
  return typeof value === 'object' ? 'a mapping' : 'a text'
}

/** A list may be written as text, which is then the value. */
function writtenAt(data: unknown, path: Path): Path {
  const list = path.slice(0, -1)
  return typeof path.at(-1) === 'number' && typeof valueAt(data, list) === 'string' ? list : path
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Readonly<Record<string, unknown>>)[String(step)]
  }
  return value
}
