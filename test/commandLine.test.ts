import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

function run(file: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { cwd: root, encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe.each([
  ['npm run chaos', 'test/chaos/main.ts'],
  ['npm run scale', 'test/scale/main.ts'],
  ['npm run bench', 'test/bench/main.ts'],
  ['npm run bench:follow', 'test/bench/follow.ts'],
  ['npm run bench:queue', 'test/bench/queue.ts'],
])('%s', (program, file) => {
  it('says what it takes when it is asked, and starts nothing', () => {
    const { status, stdout, stderr } = run(file, '--help')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.startsWith(`${program} `)).toBe(true)
  })

  it('refuses a flag that it does not know in one line', () => {
    expect(run(file, '--frobnicate')).toEqual({
      status: 2,
      stdout: '',
      stderr: `${program}: Unknown option '--frobnicate'; -- --help says more\n`,
    })
  })
})

it('a word that a program does not know is refused in one line', () => {
  expect(run('test/bench/main.ts', 'delivry')).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'npm run bench: unknown delivry; known: delivery, conditions, churn, history, lanes, scrape, state; -- --help says more\n',
  })
})
