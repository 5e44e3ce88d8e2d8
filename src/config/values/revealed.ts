import type { Secret } from './secret.ts'

/** A part of a configuration with its secrets as texts. */
export type Revealed<T> = T extends Secret
  ? string
  : T extends readonly (infer U)[]
    ? readonly Revealed<U>[]
    : T extends object
      ? RevealedFields<T>
      : T

type RevealedFields<T> = {
  readonly [K in keyof T as undefined extends T[K] ? never : K]: Revealed<T[K]>
} & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Revealed<Exclude<T[K], undefined>>
}

/**
 * Reveals every secret: for connecting, never for printing. Undefined fields are left out, because libraries treat them
 * as set.
 */
export function revealed<T>(part: T): Revealed<T> {
  return withoutSecrets(part) as Revealed<T>
}

function withoutSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if ('reveal' in value && typeof value.reveal === 'function') return (value as Secret).reveal()
  const set = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(set.map(([key, field]) => [key, withoutSecrets(field)]))
}
