import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { debianPackages } from '../servers/debian.ts'

/* No init runs here, so the unit is judged by systemd's own tool and is not started. */

const run = promisify(execFile)
const source = fileURLToPath(new URL('../../deploy/systemd/koff.service', import.meta.url))
const launcher = fileURLToPath(new URL('../../bin/koff.js', import.meta.url))

let home: string
let unit: string
let analyze: (...args: readonly string[]) => Promise<{ readonly stdout: string; readonly stderr: string }>

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'koff-systemd-'))
  unit = join(home, 'koff.service')
  // The tool wants the program to be there.
  writeFileSync(unit, readFileSync(source, 'utf8').replace('/usr/bin/koff', launcher))
  const isHere = (process.env['PATH'] ?? '').split(delimiter).some(path => existsSync(join(path, 'systemd-analyze')))
  const root = isHere ? '' : await debianPackages('systemd', ['systemd'])
  const libraries = ['lib/x86_64-linux-gnu/systemd', 'usr/lib/x86_64-linux-gnu/systemd', 'usr/lib/x86_64-linux-gnu']
  const env = isHere
    ? process.env
    : { ...process.env, LD_LIBRARY_PATH: libraries.map(path => join(root, path)).join(delimiter) }
  const program = isHere ? 'systemd-analyze' : join(root, 'usr/bin/systemd-analyze')
  analyze = (...args) => run(program, [...args], { env })
}, 300_000)

afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

test('systemd finds nothing wrong with the unit', async () => {
  const { stdout, stderr } = await analyze('verify', '--man=no', '--recursive-errors=no', unit)
  expect(stdout + stderr).toBe('')
})

test('systemd finds a wrong line', async () => {
  const wrong = join(home, 'wrong.service')
  writeFileSync(wrong, readFileSync(unit, 'utf8').replace('PrivateTmp=yes', 'PrivateTemp=yes'))
  const verifying = analyze('verify', '--man=no', '--recursive-errors=no', wrong)
  await expect(verifying).rejects.toThrow(/Unknown key (name )?'PrivateTemp'/)
})

test('the service is exposed as little as a program that compiles at run time can be', async () => {
  // Below 2.0; without any hardening it is 9.6.
  const { stdout } = await analyze('security', '--offline=true', '--threshold=20', '--no-pager', unit)
  expect(stdout).toMatch(/Overall exposure level for koff\.service: [01]\.\d OK/)
})

test('a wrong configuration is not started again, and all else is', () => {
  const text = readFileSync(source, 'utf8')
  expect(text).toMatch(/^Restart=on-failure$/m)
  expect(text).toMatch(/^RestartPreventExitStatus=2$/m)
})
