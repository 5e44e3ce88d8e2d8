import { z } from 'zod'
import { defaultConditionSettings } from '../state/conditions/settings.ts'
import { matchesGlob } from './glob.ts'
import { decimal, duration, flag, section, text, whole } from './values/values.ts'

/** Thresholds with the sentences that describe them, each optional. */
const thresholds = {
  stallAfterMs: duration(1)
    .optional()
    .describe('`offset-stalled`: so long the log end is ahead and the committed offset does not grow.'),
  stallMinLag: whole(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('`offset-stalled`: by so many records at least the log end is ahead.'),
  stallEmptyGroups: flag.optional().describe('`offset-stalled`: also of groups that have no members all the time.'),
  lagThreshold: whole(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('`lag-exceeded`: records, summed over the partitions of the group; never unless set.'),
  lagTimeThresholdMs: duration(1)
    .optional()
    .describe('`lag-exceeded`: so old is the record at the committed offset of the worst partition; never unless set.'),
  lagForMs: duration(0).optional().describe('`lag-exceeded`: so long the lag is at or above one of the thresholds.'),
  stuckAfterTimeouts: decimal(0.1, 1_000)
    .optional()
    .describe('`rebalance-stuck`: after so many times the longest rebalance timeout of the members, 5 s at least.'),
  stuckAfterMs: duration(1).optional().describe('`rebalance-stuck`: after so long, in place of the timeouts.'),
  rebalanceTimeoutMs: duration(1)
    .optional()
    .describe('The rebalance timeout of members whose records tell none, those of share groups.'),
  stormRebalances: whole(2).optional().describe('`rebalance-storm`: so many rebalances within `stormWithinMs`.'),
  stormWithinMs: duration(1)
    .optional()
    .describe('`rebalance-storm`: the time in which they are counted; it is over when none came for as long.'),
  stormBurstMs: duration(0).optional().describe('`rebalance-storm`: rebalances closer than that count once.'),
  unassignedAfterMs: duration(0)
    .optional()
    .describe('`partition-unassigned`: so long a partition of a subscribed topic has no owner.'),
  skewRatio: whole(1)
    .optional()
    .describe('`assignment-skewed`: from so many times the mean on one member holds too much.'),
}

type Thresholds = typeof thresholds
type WithDefaults = {
  [K in keyof Thresholds]: K extends 'lagThreshold' | 'lagTimeThresholdMs' | 'stuckAfterMs'
    ? Thresholds[K]
    : z.ZodDefault<Thresholds[K]>
}

/** The section `conditions`: thresholds for all groups, and others for some. */
export const conditionsSchema = section({
  samples: flag
    .default(true)
    .describe(
      'Whether to ask brokers what the log does not say: where the logs end that groups read, which classic groups rebalance. Takes Describe on the topics and groups.',
    ),
  sampleEveryMs: duration(100).default(10_000).describe('How often to look.'),
  ...withDefaults(),
  groups: z
    .array(
      section({
        pattern: text.describe('Names of groups: `*` is any text, `?` any one character.'),
        ...thresholds,
      }).describe('Thresholds for some groups.'),
    )
    .superRefine(refuseHidden)
    .default([])
    .describe('Other thresholds for some groups; of several patterns that fit the first counts.'),
})

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

/** Every threshold but those that are off has a default for all groups. */
function withDefaults(): WithDefaults {
  const entries = Object.entries(thresholds).map(([key, schema]) => {
    const value = defaultConditionSettings[key as keyof Thresholds]
    // Off, or by something else, unless set.
    if (value === null) return [key, schema]
    return [key, (schema as z.ZodType).default(value).describe(schema.description ?? '')]
  })
  return Object.fromEntries(entries) as WithDefaults
}
