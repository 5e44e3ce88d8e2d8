import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** What one run of vitest really did. */
export interface TestCounts {
  readonly passed: number
  /** Failed tests, and files or hooks that failed outside of any test. */
  readonly failed: number
  readonly skipped: number
}

/** The variable that names the file which the counts are written to, as JSON. */
export const countsVariable = 'KOFF_TEST_COUNTS'

/** A vitest reporter beside the one for people: test/main.ts adds up what it writes. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const path = process.env[countsVariable]
    if (path !== undefined) writeFileSync(path, JSON.stringify(countTests(modules, unhandled)))
  }
}

function countTests(modules: readonly TestModule[], unhandled: readonly SerializedError[]): TestCounts {
  let passed = 0
  let failed = unhandled.length
  let skipped = 0
  for (const module of modules) {
    failed += module.errors().length
    for (const suite of module.children.allSuites()) failed += suite.errors().length
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') passed += 1
      else if (state === 'skipped') skipped += 1
      else failed += 1
    }
  }
  return { passed, failed, skipped }
}
