import { z } from 'zod'
import { allConditions, type ConditionSettings } from '../state/conditions/settings.ts'
import type { Threshold } from '../state/conditions/thresholds.ts'
import { matchesGlob } from './glob.ts'
import { decimal, duration, flag, section, text, whole } from './values/values.ts'

type Value<K extends keyof ConditionSettings> = NonNullable<ConditionSettings[K]>
type Optional = { readonly [K in keyof ConditionSettings]: z.ZodOptional<z.ZodType<Value<K>>> }
type WithDefaults = {
  readonly [K in keyof ConditionSettings]: null extends ConditionSettings[K] ? Optional[K] : z.ZodDefault<Optional[K]>
}

/** Every threshold with its description. */
const optional = shape((schema, { text: says }, of) => schema.optional().describe(`\`${of}\`: ${says}`)) as Optional

/** The thresholds for all groups: those that are not off have a default. */
const withDefaults = shape((schema, { text: says, default: value }, of) => {
  const described = value === null ? schema.optional() : schema.optional().default(value)
  return described.describe(`\`${of}\`: ${says}`)
}) as WithDefaults

/** The section `conditions`: thresholds for all groups, and overrides by group. */
export const conditionsSchema = section({
  samples: flag
    .default(true)
    .describe(
      'Whether koff asks brokers for what the log does not contain: the log ends of the topics that groups read, and which classic groups rebalance. Needs Describe on the topics and groups.',
    ),
  sampleEveryMs: duration(100).default(10_000).describe('The interval between samples.'),
  ...withDefaults,
  groups: z
    .array(
      section({
        pattern: text.describe('Pattern of group names: `*` is any text, `?` any one character.'),
        ...optional,
      }).describe('Thresholds for some groups.'),
    )
    .superRefine(refuseHidden)
    .default([])
    .describe('Overrides for some groups; the first matching pattern counts.'),
})

function shape(
  make: (schema: z.ZodType, threshold: Threshold, condition: string) => z.ZodType,
): Readonly<Record<string, z.ZodType>> {
  return Object.fromEntries(
    allConditions.flatMap(({ opens, thresholds }) =>
      Object.entries(thresholds).map(([key, threshold]) => [key, make(valueSchema(threshold), threshold, opens)]),
    ),
  )
}

function valueSchema({ unit, min, max }: Threshold): z.ZodType {
  switch (unit) {
    case 'switch':
      return flag
    case 'times':
      return decimal(min, max ?? 2_147_483_647)
    case 'records':
      return whole(min, max ?? Number.MAX_SAFE_INTEGER)
    case 'ms':
      return max === null ? duration(min) : duration(min, max)
    case 'rebalances':
      return max === null ? whole(min) : whole(min, max)
  }
}

/** A pattern after one that matches all its names would never count. */
function refuseHidden(groups: readonly { readonly pattern: string }[], context: z.RefinementCtx): void {
  for (const [at, { pattern }] of groups.entries()) {
    const first = groups.slice(0, at).findIndex(({ pattern: earlier }) => fitsAllOf(earlier, pattern))
    if (first < 0) continue
    const message = `never counts: groups[${first}] comes first and matches every such name`
    context.addIssue({ code: 'custom', message, path: [at, 'pattern'] })
  }
}

/** True where every name that matches `pattern` matches `general`. Overlaps within a `*` are not detected. */
function fitsAllOf(general: string, pattern: string): boolean {
  return matchesGlob(general, pattern) && !(general.includes('?') && pattern.includes('*'))
}
