import { describe, expect, it } from 'vitest'
import { conditionFor, parseVersionRange } from '../../../scripts/generate/versionRange.ts'

describe('the question whether a version is in a range', () => {
  const known = parseVersionRange('0-4')
  const questions: [range: string, condition: string][] = [
    ['0+', 'true'],
    ['0-9', 'true'],
    ['none', 'false'],
    ['5+', 'false'],
    ['3+', 'version >= 3'],
    ['0-2', 'version <= 2'],
    ['1', 'version === 1'],
    ['1-3', 'version >= 1 && version <= 3'],
  ]

  it.each(questions)('%s is %s among versions 0 to 4', (range, condition) => {
    expect(conditionFor(parseVersionRange(range), known)).toBe(condition)
  })
})
