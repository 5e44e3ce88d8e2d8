import { describe, expect, it } from 'vitest'
import { conditionSettings } from '../../src/config/conditionSettings.ts'
import { conditionsSchema } from '../../src/config/conditionsSchema.ts'
import { defaultConditionSettings } from '../../src/state/conditions/settings.ts'

const settingsOf = (yaml: unknown) => conditionSettings(conditionsSchema.parse(yaml))

describe('thresholds of conditions', () => {
  it('are the defaults where nothing is said', () => {
    expect(settingsOf({})('any')).toEqual(defaultConditionSettings)
  })

  it('are those of the first pattern that fits, over those for all groups', () => {
    const of = settingsOf({
      stallAfterMs: 1_000,
      lagForMs: '2000',
      groups: [
        { pattern: 'etl-night-*', stallEmptyGroups: 'true' },
        { pattern: 'etl-*', stallAfterMs: 5_000, lagThreshold: 10 },
        { pattern: '*-x', stallAfterMs: 7_000 },
      ],
    })
    expect(of('orders')).toMatchObject({ stallAfterMs: 1_000, lagForMs: 2_000, lagThreshold: null })
    expect(of('etl-x')).toMatchObject({ stallAfterMs: 5_000, lagForMs: 2_000, lagThreshold: 10 })
    expect(of('etl-night-1')).toMatchObject({ stallAfterMs: 1_000, stallEmptyGroups: true, lagThreshold: null })
    expect(of('etl-x')).toBe(of('etl-x'))
  })

  it('by timeouts count for a group that sets them, also where all others have a time of their own', () => {
    const groups = [{ pattern: 'slow', stuckAfterTimeouts: 3 }]
    const of = settingsOf({ stuckAfterMs: 30_000, groups })
    expect(of('orders')).toMatchObject({ stuckAfterMs: 30_000 })
    expect(of('slow')).toMatchObject({ stuckAfterMs: null, stuckAfterTimeouts: 3 })
  })
})
