import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { packPackage } from './packPackage.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

let home: string
/** The package as npm would unpack it, in the node_modules of a project that uses it. */
let installed: string
let project: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'koff-package-'))
  const packed = await packPackage(home)
  project = join(home, 'project')
  installed = join(project, 'node_modules/koff')
  mkdirSync(installed, { recursive: true })
  await run('tar', ['-xzf', packed, '--strip-components=1', '-C', installed])
  symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'))
}, 120_000)

afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

describe('the package', () => {
  it('is sound in the eyes of publint', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true, pack: false })
    expect(messages.map(message => formatMessage(message, packageJson, { color: false }))).toEqual([])
  })

  it('has types for strict modules, ECMAScript and CommonJS, in the eyes of attw', async () => {
    const packed = join(home, `koff-${packageJson.version}.tgz`)
    const analysis = await checkPackage(createPackageFromTarballData(readFileSync(packed)))
    if (!analysis.types) throw new Error('no types')
    // Compilers of before Node 12's exports do not find the schemas: koff takes a Node that has them.
    const faults = analysis.problems.filter(
      problem => !('resolutionKind' in problem) || problem.resolutionKind !== 'node10',
    )
    // require(esm) gives a module to CommonJS on the Node that koff takes.
    expect(faults.filter(({ kind }) => kind !== 'CJSResolvesToESM')).toEqual([])
  })

  it('can be required by CommonJS', async () => {
    const program = join(project, 'program.cjs')
    writeFileSync(program, `console.log(typeof require('koff').decode)\n`)
    expect((await run(process.execPath, [program])).stdout).toBe('function\n')
  })

  it('says where it is at home, and nothing in it is a link', async () => {
    const { homepage, repository, bugs, keywords } = packageJson
    for (const url of [homepage, repository.url.replace(/^git\+/, ''), bugs])
      expect(new URL(url).protocol).toBe('https:')
    expect(keywords.length).toBeGreaterThan(5)
    expect(
      (await run('find', [installed, '-path', '*/koff/node_modules', '-prune', '-o', '-type', 'l', '-print'])).stdout,
    ).toBe('')
  })

  it('brings packages with licences that allow their use only', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly license?: string }>>
    }
    const brought = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true)
    const free = /^\(?(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|Python-2\.0|CC0-1\.0|Unlicense)\b/
    expect(
      brought.flatMap(([path, { license }]) =>
        license === undefined || free.test(license) ? [] : [`${path}: ${license}`],
      ),
    ).toEqual([])
  })

  it('holds what is needed and no sources or tests', () => {
    const names = readdirSync(installed)
    for (const name of ['package.json', 'LICENSE', 'README.md', 'bin', 'dist', 'config', 'schemas'])
      expect(names).toContain(name)
    for (const name of ['src', 'test', 'scripts', '.ci']) expect(names).not.toContain(name)
    expect(readdirSync(join(installed, 'pipelines'))).toContain('custom-example.ts')
    expect(readdirSync(join(installed, 'pipelines')).filter(name => name.includes('.test.'))).toEqual([])
    expect(readdirSync(join(installed, 'dist'))).toContain('index.d.ts')
  })

  it('runs its command from what was built', async () => {
    const bin = join(installed, 'bin/koff.js')
    expect((await run(process.execPath, [bin, '--version'])).stdout).toBe(`${packageJson.version}\n`)
    const recording = join(root, 'test/corpus/old282.records.ndjson.gz')
    const { stdout } = await run(process.execPath, [bin, 'decode', '--type', 'GROUP_METADATA', recording])
    expect(stdout).toMatch(/^\{"partition":0,"offset":\d+,.*"type":"GROUP_METADATA"/)
  })

  it('brings the thread that reads', async () => {
    const program = join(project, 'reads.mjs')
    const segments = join(installed, 'dist/sources/segment')
    writeFileSync(
      program,
      `import { segmentFilesIn } from '${segments}/segmentFile.js'
import { segmentSource } from '${segments}/segmentSource.js'
const source = segmentSource(await segmentFilesIn('${join(root, 'test/corpus/segments')}'), { threadFrom: 0 })
let batches = 0
for await (const chunk of source.chunks(new AbortController().signal)) batches += chunk.length
console.log(batches)
`,
    )
    expect((await run(process.execPath, [program])).stdout).toBe('1002\n')
  })

  it('can be imported by its name', async () => {
    const program = join(project, 'program.mjs')
    writeFileSync(
      program,
      `import { decode, eventTypes } from 'koff'
import packageJson from 'koff/package.json' with { type: 'json' }
console.log(typeof decode, eventTypes.includes('rebalance'), packageJson.version, import.meta.resolve('koff/schemas/rebalance.avsc'))
`,
    )
    const schema = pathToFileURL(join(installed, 'schemas/rebalance.avsc')).href
    expect((await run(process.execPath, [program])).stdout).toBe(`function true ${packageJson.version} ${schema}\n`)
  })

  it('runs pipelines: its own, below node_modules, and those of the project, which TypeScript understands', async () => {
    const pipeline = join(project, 'mine.ts')
    writeFileSync(
      pipeline,
      `import { definePipeline, type KoffEvent } from 'koff'
import { filter } from 'rxjs'

const isLarge = (event: KoffEvent): boolean => event.type === 'rebalance' && (event.data.moved ?? 0) > 3

export default definePipeline({ name: 'mine', on: 'rebalance', operators: [filter(isLarge)], to: { type: 'stdout' } })
`,
    )
    const clean = '{ type: kafka, topic: t, registry: { url: http://localhost } }'
    const config = join(project, 'koff.yaml')
    const own = 'node_modules/koff/pipelines/rebalance-workflows.ts'
    writeFileSync(config, `sinks: [${clean}]\npipelines: [mine.ts, ${own}]\n`)
    const { stdout } = await run(process.execPath, [join(installed, 'bin/koff.js'), 'config', 'check', config])
    expect(stdout).toBe(`${config}: valid; pipelines: kafka-t (kafka), mine (stdout), rebalance-workflows (bullmq)\n`)
    symlinkSync(join(root, 'node_modules/rxjs'), join(project, 'node_modules/rxjs'))
    const strict = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2024',
    ]
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const checked = await run(process.execPath, [tsc, ...strict, pipeline]).catch((error: unknown) => error)
    expect(checked).toMatchObject({ stdout: '' })
  }, 60_000)
})
