import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withFileLock } from './lock.ts'

let home: string
let lock: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'koff-lock-'))
  lock = join(home, 'a.lock')
})

afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

test('a program that is interrupted leaves no lock behind', async () => {
  const url = JSON.stringify(new URL('lock.ts', import.meta.url).href)
  const work = "() => new Promise(() => setInterval(() => process.stdout.write('locked'), 50))"
  const program = `const { withFileLock } = await import(${url})\nvoid withFileLock(${JSON.stringify(lock)}, ${work})`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  expect(existsSync(lock)).toBe(true)
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([130, null])
  expect(existsSync(lock)).toBe(false)
})

test('a lock of a program that was killed is taken over', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  writeFileSync(lock, String(child.pid))
  expect(await withFileLock(lock, async () => 'done')).toBe('done')
  expect(existsSync(lock)).toBe(false)
})

test('two who want the same lock have it one after the other', async () => {
  const told: string[] = []
  const work = (name: string) => async () => {
    told.push(`${name} begins`)
    await new Promise(resolve => setImmediate(resolve))
    told.push(`${name} ends`)
  }
  await Promise.all([withFileLock(lock, work('a')), withFileLock(lock, work('b'))])
  expect(told.map(line => line.split(' ')[1])).toEqual(['begins', 'ends', 'begins', 'ends'])
})
