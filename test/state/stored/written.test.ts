import { expect, it } from 'vitest'
import { joins } from '../../bench/state/joins.ts'

it.each(['consumer', 'classic, cooperative-sticky'] as const)(
  '50 members that join 2,000 others within five seconds write less than 200 kB of state: %s',
  kind => {
    const { bytes, stateBytes } = joins(kind, 'within 5 s', 2_000)
    expect(bytes).toBeLessThan(200_000)
    expect(stateBytes).toBeGreaterThan(500_000)
  },
)
