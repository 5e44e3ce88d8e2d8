import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockedPackages, loopbackRegistry } from './loopbackRegistry.ts'
import { packPackage } from './packPackage.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

let home: string
let project: string

/** As a user installs koff, but for the network: nothing else is there, and no script of any package runs. */
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'koff-install-'))
  project = join(home, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  const packed = await packPackage(home)
  await using registry = await loopbackRegistry(root)
  const flags = [
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--registry',
    registry.url,
    '--cache',
    join(home, 'cache'),
  ]
  await run('npm', ['install', ...flags, packed], { cwd: project })
}, 180_000)

afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

describe('koff, installed without any install script', () => {
  it('brings no development dependency', () => {
    expect(existsSync(join(project, 'node_modules/koff/dist/cli.js'))).toBe(true)
    for (const name of ['typescript', 'vitest', 'node'])
      expect(existsSync(join(project, 'node_modules', name))).toBe(false)
  })

  it('has one package with such a script that is not optional, and runs without it', () => {
    const needed = lockedPackages(root).filter(
      ([, { dev, hasInstallScript }]) => hasInstallScript === true && dev !== true,
    )
    // The script of protobufjs, which the schema registry's client brings, only warns of version ranges.
    expect(needed.flatMap(([path, { optional }]) => (optional === true ? [] : [path]))).toEqual([
      'node_modules/protobufjs',
    ])
  })

  it('runs its command', async () => {
    const bin = join(project, 'node_modules/.bin/koff')
    const { stdout } = await run(process.execPath, [bin, 'replay', join(root, 'test/corpus/old282.records.ndjson.gz')])
    expect(stdout.split('\n').length).toBeGreaterThan(50)
  })

  it('finds all that any part of it imports', async () => {
    const program = join(project, 'all.mjs')
    writeFileSync(
      program,
      `import { readdirSync } from 'node:fs'
const dist = new URL('node_modules/koff/dist/', import.meta.url)
// Each of these is a program of its own.
const programs = /(^|\\/)(cli|thread\\/main)\\.js$/
const modules = readdirSync(dist, { recursive: true }).filter(name => name.endsWith('.js') && !programs.test(name))
for (const name of modules) await import(new URL(name, dist))
console.log(modules.length > 200)
process.exit()
`,
    )
    expect((await run(process.execPath, [program])).stdout).toBe('true\n')
  }, 60_000)

  it('reads every compression and packs jobs without native parts that would have to be built', async () => {
    const program = join(project, 'natives.mjs')
    writeFileSync(
      program,
      `import { createRequire } from 'node:module'
const require = createRequire(new URL('node_modules/koff/package.json', import.meta.url))
const text = Buffer.from('orders '.repeat(1000))
const { compressFrameSync, decompressFrameSync } = require('lz4-napi')
const { compressSync, uncompressSync } = require('snappy')
const { pack, unpack } = createRequire(require.resolve('bullmq'))('msgpackr')
console.log(
  text.equals(decompressFrameSync(compressFrameSync(text))),
  text.equals(uncompressSync(compressSync(text))),
  require('@node-rs/crc32').crc32c('koff') > 0,
  unpack(pack({ group: 'orders' })).group,
)
`,
    )
    expect((await run(process.execPath, [program])).stdout).toBe('true true true orders\n')
  })
})
