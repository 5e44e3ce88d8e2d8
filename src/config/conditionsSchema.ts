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

/** Every threshold, with the sentence that describes it. */
const optional = shape((schema, { text: says }, of) => schema.optional().describe(`\`${of}\`: ${says}`)) as Optional

/** The same for all groups: those that are not off have a default. */
const withDefaults = shape((schema, { text: says, default: value }, of) => {
  const described = value === null ? schema.optional() : schema.optional().default(value)
  return described.describe(`\`${of}\`: ${says}`)
}) as WithDefaults

/** The section `conditions`: thresholds for all groups, and others for some. */
export const conditionsSchema = section({
  samples: flag
    .default(true)
    .describe(
      'Whether to ask brokers what the log does not say: where the logs end that groups read, which classic groups rebalance. Takes Describe on the topics and groups.',
    ),
  sampleEveryMs: duration(100).default(10_000).describe('How often to look.'),
  ...withDefaults,
  groups: z
    .array(
      section({
        pattern: text.describe('Names of groups: `*` is any text, `?` any one character.'),
        ...optional,
      }).describe('Thresholds for some groups.'),
    )
    .superRefine(refuseHidden)
    .default([])
    .describe('Other thresholds for some groups; of several patterns that fit the first counts.'),
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

/** What is written after a pattern that fits all of it would never count. */
function refuseHidden(groups: readonly { readonly pattern: string }[], context: z.RefinementCtx): void {
  for (const [at, { pattern }] of groups.entries()) {
    const first = groups.slice(0, at).findIndex(({ pattern: earlier }) => fitsAllOf(earlier, pattern))
    if (first < 0) continue
    const message = `never counts: groups[${first}] comes first and fits whatever it fits`
    context.addIssue({ code: 'custom', message, path: [at, 'pattern'] })
  }
}

/** True where every name that fits `pattern` fits `general`; where only some of the text of a `*` does, it is not. */
function fitsAllOf(general: string, pattern: string): boolean {
  return matchesGlob(general, pattern) && !(general.includes('?') && pattern.includes('*'))
}
