import { execFile } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { exampleProject, examplesIn } from './examples.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const examples = Object.fromEntries(examplesIn('docs/library.md').map((code, i) => [`example${i}.ts`, code]))

/** What the examples print, in their order; null: it needs a cluster, and test/live/library.test.ts has one like it. */
const printed: readonly (RegExp | null)[] = [
  null,
  /^order orders 2 null\n$/,
  /^1 rebalances\n[^]*\d+ rebalances\n$/,
  /^\S+ \d+ \d+\n[^]*\n\S+ (?:Stable|Empty) \d+\n$/,
  /^\{[^]*'member-joined': \d+[^]*\}\n$/,
]

it('every example of the pages compiles', async () => {
  const all = ['README.md', 'docs/library.md', 'docs/pipelines.md'].flatMap(page =>
    examplesIn(page).map((code, i) => [`${page.replaceAll(/\W/g, '-')}-${i}.ts`, code]),
  )
  using project = exampleProject(Object.fromEntries(all))
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', project.directory])
  expect(all.length).toBeGreaterThan(printed.length + 2)
})

describe('the examples of docs/library.md', () => {
  it('are known', () => {
    expect(Object.keys(examples)).toHaveLength(printed.length)
  })

  it.each(Object.keys(examples).flatMap((name, i) => (printed[i] ? [{ name, output: printed[i] }] : [])))(
    'run: $name',
    async ({ name, output }) => {
      using project = exampleProject(examples)
      copyFileSync(join(root, 'test/corpus/dev.records.ndjson.gz'), join(project.directory, 'recording.ndjson.gz'))
      const { stdout, stderr } = await run(process.execPath, [name], { cwd: project.directory })
      expect(stderr).toBe('')
      expect(stdout).toMatch(output)
    },
  )
})
