import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { countsVariable, type TestCounts } from './reporter.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const made: string[] = []

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** Runs vitest on these files and gives what the reporter counted; null if it wrote nothing. */
async function countsOf(files: Readonly<Record<string, string>>): Promise<TestCounts | null> {
  const directory = mkdtempSync(join(tmpdir(), 'koff-reporter-'))
  made.push(directory)
  for (const [name, body] of Object.entries({ ...files, 'vitest.config.ts': 'export default {}\n' })) {
    writeFileSync(
      join(directory, name),
      name.endsWith('.test.ts') ? `import { afterAll, describe, expect, it } from 'vitest'\n${body}\n` : body,
    )
  }
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const counts = join(directory, 'counts.json')
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', `--reporter=${join(root, 'test/reporter.ts')}`]
  const env = { ...process.env, [countsVariable]: counts }
  await promisify(execFile)(process.execPath, args, { cwd: directory, env }).catch(() => undefined)
  return existsSync(counts) ? (JSON.parse(readFileSync(counts, 'utf8')) as TestCounts) : null
}

describe('the counts of a test run', () => {
  it('are those of its tests', async () => {
    const counts = await countsOf({
      'a.test.ts': `it('is right', () => { expect(1).toBe(1) })
        describe('inside', () => { it('is right too', () => { expect(2).toBe(2) }) })
        it('is wrong', () => { expect(1).toBe(2) })
        it.skip('is left out', () => { expect(1).toBe(1) })`,
      'b.test.ts': `it('throws', () => { throw new Error('no') })`,
    })
    expect(counts).toEqual({ passed: 2, failed: 2, skipped: 1 })
  })

  it('hold what failed outside of any test: a file that cannot be loaded, a hook, a promise that nobody awaits', async () => {
    const good = `it('is right', () => { expect(1).toBe(1) })`
    expect(await countsOf({ 'a.test.ts': good, 'b.test.ts': `import './nowhere.ts'` })).toMatchObject({
      passed: 1,
      failed: 1,
    })
    expect(await countsOf({ 'a.test.ts': `${good}\nafterAll(() => { throw new Error('no') })` })).toMatchObject({
      passed: 1,
      failed: 1,
    })
    expect(await countsOf({ 'a.test.ts': `${good}\nvoid Promise.reject(new Error('no'))` })).toMatchObject({
      failed: 1,
    })
  })

  it('are all nothing when there is nothing', async () => {
    expect((await countsOf({})) ?? { passed: 0, failed: 0, skipped: 0 }).toEqual({ passed: 0, failed: 0, skipped: 0 })
  })
})

describe('npm test', () => {
  const run = async (...args: string[]) => {
    const failure = (error: unknown) => error as { code: number; stdout: string; stderr: string }
    return promisify(execFile)(process.execPath, [join(root, 'test/main.ts'), ...args]).catch(failure)
  }

  it('names the parts that there are when it is asked for another', async () => {
    expect(await run('unti')).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'npm test: unknown part unti; known: types, lint, format, dead-code, layers, lock, generated, docs, unit, browser, live, readers, e2e\n',
    })
  })

  it('ends with its counts on a line of their own', async () => {
    const { stdout } = await run('lock')
    expect(stdout).toMatch(/\n1 passed, 0 failed\n$/)
  })
})
