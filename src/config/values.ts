import { isIP } from 'node:net'
import { z } from 'zod'
import { addressesIn, formatAddress } from '../base/address.ts'
import { internalTopics } from '../coordinator/consumerOffsets.ts'

/** A value that no log, error or dump shows by accident: printed or serialised, it is empty. */
export interface Secret {
  reveal(): string
}

export function hide(value: string): Secret {
  return { reveal: () => value }
}

/** The text of a file; an error message without the path if it cannot be read. */
export type ReadFile = (path: string) => { readonly text: string } | { readonly fault: string }

/**
 * A mapping with these keys and no others. The message of a fault lists the keys that are known, or says what
 * `whenMissing` says; faults.ts puts it into a sentence.
 */
export function section<T extends z.core.$ZodLooseShape>(shape: T, whenMissing?: string) {
  return z.strictObject(shape, {
    error(issue) {
      if (issue.code === 'unrecognized_keys') return Object.keys(shape).join(', ')
      return issue.input === undefined ? whenMissing : undefined
    },
  })
}

export const text = z.string().min(1)

/** A whole number; as text too, since that is what a variable's value is. */
export function whole(min: number, max = 2_147_483_647) {
  return z.preprocess(
    value => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value),
    z.int().min(min).max(max),
  )
}

/** A number that need not be whole; as text too, since that is what a variable's value is. */
export function decimal(min: number, max: number) {
  return z.preprocess(
    value => (typeof value === 'string' && /^-?\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : value),
    z.number().min(min).max(max),
  )
}

export const topic = z
  .string()
  .regex(
    // As in Kafka's own Topic.validate: neither `.` nor `..`.
    /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/,
    "must be a topic's name: letters, digits, dot, underscore and hyphen, at most 249",
  )
  .refine(name => !internalTopics.includes(name), 'must not be a topic that Kafka itself writes')

/** The names of several topics: `{type}` stands for the type of an event. */
export const topicPattern = z
  .string()
  .refine(pattern => pattern.includes('{type}'), 'must hold {type}: koff.{type}')
  .refine(
    pattern => topic.safeParse(pattern.replaceAll('{type}', 'partition-unassigned')).success,
    "must make a topic's name of every type: letters, digits, dot, underscore and hyphen, at most 249",
  )

export const url = z.string().refine(isHttpUrl, 'must be an http:// or https:// address')

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}

/** Addresses (base/address.ts): a list, or one text; each as `host:port` in the end. */
export function addresses(defaultPort: number) {
  return z
    .preprocess(
      value => (typeof value === 'string' ? [value] : value),
      z
        .array(z.string())
        .min(1)
        .transform((lists, context) => {
          const all = lists.map(list => addressesIn(list, defaultPort))
          const wrong = all.flatMap((found, at) => (found.length > 0 && !found.includes(null) ? [] : [at]))
          for (const at of wrong) context.addIssue({ code: 'custom', message: 'must be host:port', path: [at] })
          return [...new Set(all.flat().flatMap(address => (address === null ? [] : [formatAddress(address)])))]
        }),
    )
    .meta({ type: ['array', 'string'] })
}

/** An address or name to listen on. */
export const host = z
  .string()
  .refine(
    value => isIP(value) !== 0 || /^[A-Za-z0-9._-]+$/.test(value),
    'must be an address or the name of a host, without a port',
  )

/** As text too, since that is what a variable's value is. */
export const flag = z.preprocess(value => (value === 'true' ? true : value === 'false' ? false : value), z.boolean())

const fileReference = {
  type: 'object',
  properties: { file: { type: 'string', description: 'Path of the file that holds it.' } },
  required: ['file'],
  additionalProperties: false,
}

/** The secret in a file, as it is whenever it is wanted: tokens expire, and passwords are changed. */
function kept(text: string, read: () => ReturnType<ReadFile>): Secret {
  let last = text
  return {
    reveal: () => {
      const content = read()
      if ('text' in content && !isBlank(content.text)) last = content.text
      return last.replace(lastLineBreak, '')
    },
  }
}

const lastLineBreak = /\r?\n$/

function isBlank(text: string): boolean {
  return text.replace(lastLineBreak, '') === ''
}

/** A secret as text, or `{ file: path }`, whose last line break does not count. */
export function secret(readFile: ReadFile, form: 'line' | 'pem' = 'line') {
  const schema = z.unknown().transform((value, context): Secret => {
    if (typeof value === 'string' && value !== '') {
      if (form === 'line') return hide(value)
      const content = readPem(value, readFile)
      if ('text' in content) return hide(content.text)
      // What is no path is most likely the key itself, in another form than PEM.
      context.addIssue(content.fault.replace(value, () => 'the file'))
      return z.NEVER
    }
    const parsed = section({ file: text }).safeParse(value)
    if (form === 'pem' || !parsed.success) {
      const wanted =
        form === 'pem' ? 'must be the path of a PEM file, or its text' : 'must be a text, or { file: path }'
      context.addIssue(value === undefined ? missing : wanted)
      return z.NEVER
    }
    const { file } = parsed.data
    const content = readFile(file)
    if ('text' in content && !isBlank(content.text)) return kept(content.text, () => readFile(file))
    const message = 'text' in content ? `${file} is empty` : content.fault
    context.addIssue({ code: 'custom', message, path: ['file'] })
    return z.NEVER
  })
  // What a transformation takes cannot be seen in it; this is for jsonSchema.ts.
  if (form === 'pem') return schema.meta({ type: 'string' })
  return schema.meta({ anyOf: [{ type: 'string' }, fileReference] })
}

/** Certificates: the path of a PEM file, or its text. */
export function pem(readFile: ReadFile) {
  return text.transform((value, context): string => {
    const content = readPem(value, readFile)
    if ('text' in content) return content.text
    context.addIssue(content.fault)
    return z.NEVER
  })
}

function readPem(value: string, readFile: ReadFile): ReturnType<ReadFile> {
  if (value.includes('-----BEGIN ')) return { text: value }
  const content = readFile(value)
  return 'text' in content && !content.text.includes('-----BEGIN ') ? { fault: `${value} is no PEM file` } : content
}

export const missing = 'missing'
