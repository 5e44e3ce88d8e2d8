import { isIP } from 'node:net'
import { z } from 'zod'
import { addressesIn, formatAddress } from '../../base/address.ts'
import { parseDuration } from '../../base/times.ts'

/**
 * A mapping with exactly these keys. The message of a fault lists the known keys, or has the text of `whenMissing`;
 * faults.ts makes it a sentence.
 */
export function section<T extends z.core.$ZodLooseShape>(shape: T, whenMissing?: string) {
  return z.strictObject(shape, {
    error(issue) {
      if (issue.code === 'unrecognized_keys') return Object.keys(shape).join(', ')
      return issue.input === undefined ? whenMissing : undefined
    },
  })
}

/** Milliseconds, as a number or as people write a duration: `60s`, `15m`, `1h30m`. */
export function duration(min: number, max = 2_147_483_647) {
  return z
    .preprocess<unknown, z.ZodInt, number | string>(milliseconds, z.int().min(min).max(max))
    .meta({ type: ['integer', 'string'], pattern: durationPattern })
}

function milliseconds(value: unknown, context: z.core.$RefinementCtx): unknown {
  if (typeof value !== 'string') return value
  const ms = /^-?\d{1,15}$/.test(value) ? Number(value) : parseDuration(value)
  if (ms === null) context.addIssue('must be a duration: 60s, 15m, 1h30m, or a number of milliseconds')
  return ms ?? z.NEVER
}

/** For editors. */
export const durationPattern = '^(\\d+(\\.\\d+)? ?(ms|s|m|min|h|d|w) ?)+$'

/** The message for a missing required value. */
export const missing = 'missing'

export const text = z.string().min(1)

/*
 * Numbers and booleans are also accepted as text, the form of a variable's value. The last type of `preprocess` is the
 * type in a pipeline's TypeScript file.
 */

export function whole(min: number, max = 2_147_483_647) {
  return z.preprocess<unknown, z.ZodInt, number>(wholeNumeral, z.int().min(min).max(max))
}

export function decimal(min: number, max: number) {
  return z.preprocess<unknown, z.ZodNumber, number>(decimalNumeral, z.number().min(min).max(max))
}

export const flag = z.preprocess<unknown, z.ZodBoolean, boolean>(flagWord, z.boolean())

function wholeNumeral(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
}

function decimalNumeral(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : value
}

function flagWord(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value
}

/** A single text is a list of one. */
export function listed(value: unknown): unknown {
  return typeof value === 'string' ? [value] : value
}

export const url = z.string().refine(isHttpUrl, 'must be an http:// or https:// address')

export function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}

/** Addresses (base/address.ts) as a list or as text; the result has `host:port` for each. */
export function addresses(defaultPort: number) {
  const list = z
    .array(z.string())
    .min(1)
    .transform((lists, context) => {
      const all = lists.map(given => addressesIn(given, defaultPort))
      const wrong = all.flatMap((found, at) => (found.length > 0 && !found.includes(null) ? [] : [at]))
      for (const at of wrong) context.addIssue({ code: 'custom', message: 'must be host:port', path: [at] })
      return [...new Set(all.flat().flatMap(address => (address === null ? [] : [formatAddress(address)])))]
    })
  return z
    .preprocess<unknown, typeof list, string | readonly string[]>(listed, list)
    .meta({ type: ['array', 'string'] })
}

/** An address or host name to listen on. */
export const host = z.string().refine(isHost, 'must be an address or the name of a host, without a port')

export function isHost(value: string): boolean {
  return isIP(value) !== 0 || /^[A-Za-z0-9._-]+$/.test(value)
}
