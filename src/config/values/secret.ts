import { z } from 'zod'
import { missing, section, text } from './values.ts'

/** A value that no log, error or dump shows by accident: its printed and serialised forms are empty. */
export interface Secret {
  reveal(): string
}

/** What a schema needs from outside the file that it checks. */
export interface Surroundings {
  /** Gives the text of a file, relative to `home`. */
  readonly readFile: ReadFile
  /** The folder of the configuration. */
  readonly home: string
}

/** The text of a file. The error for an unreadable one does not contain the path. */
export type ReadFile = (path: string) => { readonly text: string } | { readonly fault: string }

export function hide(value: string): Secret {
  return { reveal: () => value }
}

const fileReference = {
  type: 'object',
  properties: { file: { type: 'string', description: 'Path of the file with the secret.' } },
  required: ['file'],
  additionalProperties: false,
}

/** A secret as text, or `{ file: path }`; the last line break in the file is ignored. */
export function secret(readFile: ReadFile) {
  const schema = z.custom<string | { readonly file: string }>().transform((value: unknown, context): Secret => {
    if (typeof value === 'string' && value !== '') return hide(value)
    const parsed = section({ file: text }).safeParse(value)
    if (!parsed.success) {
      context.addIssue(value === undefined ? missing : 'must be a text, or { file: path }')
      return z.NEVER
    }
    const found = fromFile(parsed.data.file, readFile)
    if ('reveal' in found) return found
    context.addIssue({ code: 'custom', message: found.fault, path: ['file'] })
    return z.NEVER
  })
  // A transformation hides its input; jsonSchema.ts needs it.
  return schema.meta({ anyOf: [{ type: 'string' }, fileReference] })
}

/** A secret as the path of its file; the last line break in it is ignored. */
export function secretFile(readFile: ReadFile) {
  return text.transform((file, context): Secret => {
    const found = fromFile(file, readFile)
    if ('reveal' in found) return found
    context.addIssue(found.fault)
    return z.NEVER
  })
}

function fromFile(file: string, readFile: ReadFile): Secret | { readonly fault: string } {
  const content = readFile(file)
  if ('fault' in content) return content
  return isBlank(content.text) ? { fault: `${file} is empty` } : kept(content.text, () => readFile(file))
}

/** A private key: the path of a PEM file, or its text. */
export function secretPem(readFile: ReadFile) {
  const schema = z.custom<string>().transform((value: unknown, context): Secret => {
    if (typeof value !== 'string' || value === '') {
      context.addIssue(value === undefined ? missing : 'must be the path of a PEM file, or its text')
      return z.NEVER
    }
    const content = readPem(value, readFile)
    if ('text' in content) return hide(content.text)
    // A value that is not a path is probably a key in another form than PEM.
    context.addIssue(content.fault.replace(value, () => 'the file'))
    return z.NEVER
  })
  return schema.meta({ type: 'string' })
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

/** The present content of a file with a secret: tokens expire, and passwords change. */
function kept(first: string, read: () => ReturnType<ReadFile>): Secret {
  let last = first
  return {
    reveal: () => {
      const content = read()
      if ('text' in content && !isBlank(content.text)) last = content.text
      return last.replace(lastLineBreak, '')
    },
  }
}

const lastLineBreak = /\r?\n$/

function isBlank(value: string): boolean {
  return value.replace(lastLineBreak, '') === ''
}

function readPem(value: string, readFile: ReadFile): ReturnType<ReadFile> {
  if (value.includes('-----BEGIN ')) return { text: value }
  const content = readFile(value)
  return 'text' in content && !content.text.includes('-----BEGIN ') ? { fault: `${value} is not a PEM file` } : content
}
