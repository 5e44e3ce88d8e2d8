import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** As koff itself resolves it for a pipeline: what is in the checkout, not what was built. */
const resolve = { alias: { koff: fileURLToPath(new URL('src/index.ts', import.meta.url)) } }

/**
 * Unit tests touch no server; `live` and `e2e` start the real ones. Those mostly wait, for servers and for time to go
 * by, so two files at a time are faster also where there are only two cores; more would make every deadline tighter.
 */
export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'pipelines/*.test.ts'],
          exclude: ['test/live/**', 'test/e2e/**', 'test/readers/**', 'test/browser/**', '**/node_modules/**'],
          maxWorkers: 2,
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        resolve,
        test: {
          name: 'live',
          include: ['test/live/**/*.test.ts'],
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
      {
        resolve,
        test: {
          name: 'readers',
          include: ['test/readers/**/*.test.ts'],
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        resolve,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
