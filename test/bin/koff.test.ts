import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const launcher = fileURLToPath(new URL('../../bin/koff.js', import.meta.url))
const made: string[] = []

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** A package `koff` of these files around the launcher, in a node_modules if `installed`. */
function packageOf(files: Readonly<Record<string, string>>, place: 'checkout' | 'installed'): string {
  const directory = mkdtempSync(join(tmpdir(), 'koff-bin-'))
  made.push(directory)
  const home = place === 'installed' ? join(directory, 'node_modules', 'koff') : directory
  for (const [path, text] of Object.entries({ 'package.json': '{"type":"module"}', ...files })) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), text)
    if (path.endsWith('/bin/node')) chmodSync(join(home, path), 0o755)
  }
  cpSync(launcher, join(home, 'bin/koff.js'))
  return join(home, 'bin/koff.js')
}

/** Node 24 that says of itself that it is 20, as far as a program can see. */
const old = [
  '--import',
  `data:text/javascript,${encodeURIComponent(
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })
     Object.defineProperty(process, 'version', { value: 'v20.1.0' })
     delete process.execve`,
  )}`,
]

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
}

async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = start(args, env)
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', chunk => (stdout += String(chunk)))
  child.stderr?.on('data', chunk => (stderr += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

const fakeNode = (script: string): Readonly<Record<string, string>> => ({
  'node_modules/node/package.json': '{"name":"node"}',
  'node_modules/node/bin/node': `#!/bin/sh\n${script}\n`,
})

describe('the launcher', () => {
  it('runs src in a checkout, types and all, and passes arguments and exit code', async () => {
    const bin = packageOf(
      {
        'src/cli.ts':
          'const args: string[] = process.argv.slice(2)\nprocess.stdout.write(JSON.stringify(args))\nprocess.exitCode = 7\n',
        'dist/cli.js': 'process.stdout.write("dist")\n',
      },
      'checkout',
    )
    expect(await run([bin, 'a b', '--c'])).toEqual({ code: 7, stdout: '["a b","--c"]', stderr: '' })
  })

  it('runs dist in an installed package, also when the sources are there', async () => {
    const bin = packageOf({ 'src/cli.ts': 'throw 1\n', 'dist/cli.js': 'process.stdout.write("dist")\n' }, 'installed')
    expect(await run([bin])).toEqual({ code: 0, stdout: 'dist', stderr: '' })
  })

  it('limits the space for new objects and the threads of V8, unless they are set', async () => {
    const bin = packageOf({ 'src/cli.ts': 'process.stdout.write(process.execArgv.join(" "))\n' }, 'checkout')
    const [space, threads] = ['--max-semi-space-size=4', '--v8-pool-size=1']
    expect((await run([bin])).stdout).toBe(`${space} ${threads}`)
    expect((await run(['--no-warnings', bin])).stdout).toBe(`--no-warnings ${space} ${threads}`)
    expect((await run(['--max-semi-space-size=3', bin])).stdout).toBe(`--max-semi-space-size=3 ${threads}`)
    expect((await run([bin], { NODE_OPTIONS: '--v8-pool-size=2' })).stdout).toBe(space)
  })

  it('keeps the heaps of the C library few, unless somebody else has set them', async () => {
    const bin = packageOf({ 'src/cli.ts': 'process.stdout.write(process.env.MALLOC_ARENA_MAX ?? "")\n' }, 'checkout')
    expect((await run([bin])).stdout).toBe('2')
    expect((await run([bin], { MALLOC_ARENA_MAX: '7' })).stdout).toBe('7')
  })

  it('says what to run when nothing was built', async () => {
    const { code, stderr } = await run([packageOf({}, 'installed')])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^koff: \S+dist\/cli\.js is missing; run npm run build\n$/)
  })
})

describe('the launcher on an older Node', () => {
  it('says which Node it needs', async () => {
    const bin = packageOf({ 'dist/cli.js': 'process.stdout.write("dist")\n' }, 'installed')
    expect(await run([...old, bin])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'koff: needs Node 24 or later, this is v20.1.0; install it, or npm install node@24\n',
    })
  })

  it('hands over to the packaged node with arguments, and takes its exit code', async () => {
    const bin = packageOf(fakeNode('echo "$4" "$5"; exit 9'), 'checkout')
    expect(await run([...old, bin, 'one', 'two'])).toEqual({ code: 9, stdout: 'one two\n', stderr: '' })
  })

  it('does not hand over twice', async () => {
    const preload = old[1] ?? ''
    const bin = packageOf(
      fakeNode(`exec '${process.execPath}' --import '${preload.replaceAll("'", '%27')}' "$@"`),
      'checkout',
    )
    const { code, stderr } = await run([...old, bin])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^koff: needs Node 24 or later/)
  })

  it('passes a signal on and ends as the packaged node ended', async () => {
    const bin = packageOf(
      fakeNode('trap "echo told; trap - TERM; kill -TERM $$" TERM; echo up; while :; do sleep 0.05; done'),
      'checkout',
    )
    const child = start([...old, bin])
    let stdout = ''
    child.stdout?.on('data', chunk => {
      stdout += String(chunk)
      if (stdout === 'up\n') child.kill('SIGTERM')
    })
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM'])
    expect(stdout).toBe('up\ntold\n')
  })
})
