import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countsVariable, type TestCounts } from './reporter.ts'

/*
 * npm test                    every part below
 * npm test -- types unit      these parts only
 *
 * A failing part does not stop the others. A check counts as one, a test as one; the last line adds them up, and the
 * exit code is 0 only if something ran and nothing failed.
 */

type Part = { readonly name: string; readonly says: string } & (
  | { readonly kind: 'check'; readonly command: readonly [string, ...string[]] }
  | { readonly kind: 'tests' }
)

const parts: readonly Part[] = [
  { name: 'types', kind: 'check', says: 'TypeScript compiles', command: ['npm', 'run', '-s', 'types'] },
  { name: 'lint', kind: 'check', says: 'oxlint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'format', kind: 'check', says: 'biome', command: ['biome', 'check', '--error-on-warnings'] },
  {
    name: 'dead-code',
    kind: 'check',
    says: 'knip: what no module uses, and what only tests use',
    command: ['npm', 'run', '-s', 'dead-code'],
  },
  { name: 'layers', kind: 'check', says: 'imports go downwards only', command: ['node', 'test/layers.ts'] },
  {
    name: 'lock',
    kind: 'check',
    says: 'package-lock.json is complete',
    command: ['npm', 'run', '-s', 'lock', '--', '--check'],
  },
  {
    name: 'generated',
    kind: 'check',
    says: 'src/coordinator/generated is what the generator writes',
    command: ['npm', 'run', '-s', 'generate', '--', '--check'],
  },
  {
    name: 'docs',
    kind: 'check',
    says: 'schemas and docs are what the event definitions say',
    command: ['npm', 'run', '-s', 'docs', '--', '--check'],
  },
  { name: 'unit', kind: 'tests', says: 'tests without servers' },
  { name: 'browser', kind: 'tests', says: 'the page in a real browser' },
  { name: 'live', kind: 'tests', says: 'tests on real servers' },
  { name: 'readers', kind: 'tests', says: 'readers in other languages, on real servers' },
  { name: 'e2e', kind: 'tests', says: 'tests of the whole, on real servers' },
]

const root = fileURLToPath(new URL('..', import.meta.url))
const none: TestCounts = { passed: 0, failed: 0, skipped: 0 }
let interrupted = false

process.exitCode = await main(process.argv.slice(2))

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter(name => !parts.some(part => part.name === name))
  if (unknown.length > 0) {
    process.stderr.write(
      `npm test: unknown part ${unknown.join(', ')}; known: ${parts.map(({ name }) => name).join(', ')}\n`,
    )
    return 2
  }
  // The children stand in the same process group and get the signal too: wait for them to clean up.
  process.on('SIGINT', () => (interrupted = true))
  process.on('SIGTERM', () => (interrupted = true))

  const results: { readonly part: Part; readonly counts: TestCounts; readonly seconds: number }[] = []
  for (const part of names.length === 0 ? parts : parts.filter(({ name }) => names.includes(name))) {
    if (interrupted) break
    process.stdout.write(`\n== ${part.name}: ${part.says}\n`)
    const start = performance.now()
    const counts = part.kind === 'check' ? await runCheck(part.command) : await runTests(part.name)
    results.push({ part, counts, seconds: (performance.now() - start) / 1000 })
  }

  process.stdout.write('\n')
  for (const { part, counts, seconds } of results) {
    const verdict = counts.failed === 0 ? 'ok' : 'FAILED'
    process.stdout.write(
      `${verdict.padEnd(7)}${part.name.padEnd(11)}${seconds.toFixed(1).padStart(7)} s  ${describe(part, counts)}\n`,
    )
  }
  const total = results.map(({ counts }) => counts).reduce(add, none)
  process.stdout.write(`\n${closingLine(total)}\n`)
  if (interrupted) return 130
  return total.failed === 0 && total.passed > 0 ? 0 : 1
}

async function runCheck(command: readonly [string, ...string[]]): Promise<TestCounts> {
  return (await run(command)) ? { ...none, passed: 1 } : { ...none, failed: 1 }
}

/** One vitest project. A run that says it went well but ran nothing has failed, and so has one that died. */
async function runTests(project: string): Promise<TestCounts> {
  const directory = mkdtempSync(join(tmpdir(), 'koff-test-'))
  try {
    const file = join(directory, 'counts.json')
    const reporters = ['--reporter=default', '--reporter=./test/reporter.ts']
    const ok = await run(['vitest', 'run', '--project', project, ...reporters], { [countsVariable]: file })
    const counts = readCounts(file)
    const broken = counts === undefined || counts.passed + counts.failed === 0 || (!ok && counts.failed === 0)
    return broken ? add(counts ?? none, { ...none, failed: 1 }) : counts
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function readCounts(file: string): TestCounts | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TestCounts
  } catch {
    return undefined
  }
}

/** True if the command exits with 0. */
async function run(
  [command, ...args]: readonly [string, ...string[]],
  variables: NodeJS.ProcessEnv = {},
): Promise<boolean> {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...variables, PATH: path },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise(resolve => {
    child.on('error', error => {
      process.stderr.write(`${command}: ${error.message}\n`)
      resolve(false)
    })
    child.on('close', code => resolve(code === 0))
  })
}

function add(a: TestCounts, b: TestCounts): TestCounts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

function describe(part: Part, counts: TestCounts): string {
  return part.kind === 'check' ? part.says : closingLine(counts).replaceAll(', 0 failed', '')
}

function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}
