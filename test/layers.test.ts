import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { checkLayers } from './layers.ts'
import { sourceFiles } from './sourceRules.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const planted: string[] = []

afterEach(() => {
  for (const directory of planted.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** A project of these files, with koff's package.json and packages. */
function project(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'koff-layers-'))
  planted.push(directory)
  cpSync(join(root, 'package.json'), join(directory, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  add(directory, files)
  return directory
}

function add(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

describe('the layers of src', () => {
  it('are kept by every module, and every module was read', async () => {
    const { modules, violations } = await checkLayers(root)
    expect(violations).toEqual([])
    expect(modules).toEqual(sourceFiles(root))
    expect(modules.length).toBeGreaterThan(50)
  })

  it('are broken by one import planted into a copy', async () => {
    const copy = project({})
    cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true })
    add(copy, { 'src/state/planted.ts': `import '../engine/source.ts'\n` })
    const { modules, violations } = await checkLayers(copy)
    expect(modules).toHaveLength(sourceFiles(root).length + 1)
    expect(violations).toContain(
      'src/state/planted.ts → src/engine/source.ts: state may import kafka/records, coordinator, events',
    )
  })
})

describe('a wrong import', () => {
  const other = 'export const other = 1\n'

  it.each<[what: string, files: Readonly<Record<string, string>>, violation: string]>([
    [
      'of a type of a layer above',
      {
        'src/coordinator/a.ts': `import type { B } from '../state/b.ts'\nexport type A = B\n`,
        'src/state/b.ts': 'export type B = 1\n',
      },
      'src/coordinator/a.ts → src/state/b.ts: coordinator may import kafka/records',
    ],
    [
      'of a source in a sink',
      { 'src/sinks/a.ts': `import '../sources/b.ts'\n`, 'src/sources/b.ts': other },
      'src/sinks/a.ts → src/sources/b.ts: sinks may import kafka, coordinator, events, state, engine',
    ],
    [
      'of a sink in a source, by export from',
      { 'src/sources/a.ts': `export * from '../sinks/b.ts'\n`, 'src/sinks/b.ts': other },
      'src/sources/a.ts → src/sinks/b.ts: sources may import kafka, coordinator, events, state, engine',
    ],
    [
      'of a sink in another sink',
      { 'src/sinks/bullmq/a.ts': `import '../kafka/b.ts'\n`, 'src/sinks/kafka/b.ts': other },
      'src/sinks/bullmq/a.ts → src/sinks/kafka/b.ts: one of sinks imports no other',
    ],
    [
      'of a type of another source in a source',
      {
        'src/sources/kafka/a.ts': `import type { B } from '../recording/b.ts'\nexport type A = B\n`,
        'src/sources/recording/b.ts': 'export type B = 1\n',
      },
      'src/sources/kafka/a.ts → src/sources/recording/b.ts: one of sources imports no other',
    ],
    [
      'of a source in the engine, by import()',
      { 'src/engine/a.ts': `export const b = import('../sources/b.ts')\n`, 'src/sources/b.ts': other },
      'src/engine/a.ts → src/sources/b.ts: engine may import kafka/records, coordinator, events, state',
    ],
    [
      'of a package in coordinator',
      { 'src/coordinator/a.ts': `import 'rxjs'\n` },
      'kafka/records, coordinator, events and state import no package and no node: module',
    ],
    [
      'of a type of a package in state',
      { 'src/state/a.ts': `import type { Observable } from 'rxjs'\nexport type A = Observable<number>\n` },
      'kafka/records, coordinator, events and state import no package and no node: module',
    ],
    [
      'of a node: module in events',
      { 'src/events/a.ts': `import 'node:fs'\n` },
      'kafka/records, coordinator, events and state import no package and no node: module',
    ],
    [
      'by import() in an await using',
      { 'src/engine/a.ts': `await using b = await import('../sources/b.ts')\n`, 'src/sources/b.ts': other },
      'src/engine/a.ts → src/sources/b.ts: engine may import kafka/records, coordinator, events, state',
    ],
    [
      'of kafkajs in a sink',
      { 'src/sinks/a.ts': `import type { Kafka } from 'kafkajs'\nexport type A = Kafka\n` },
      'only kafka/kafkajs imports kafkajs',
    ],
    ['of kafkajs in the engine', { 'src/engine/a.ts': `import 'kafkajs'\n` }, 'engine imports no package but rxjs'],
    [
      'of a test',
      { 'src/config/a.ts': `import '../../test/b.ts'\n`, 'test/b.ts': other },
      'src imports nothing of the project outside src but package.json',
    ],
    [
      'of a package for development',
      { 'src/config/a.ts': `import 'fast-check'\n` },
      'src imports only packages that package.json declares for use',
    ],
    [
      'of a package that package.json does not declare',
      { 'src/config/a.ts': `import 'semver'\n` },
      'src imports only packages that package.json declares for use',
    ],
    ['of a module that is not there', { 'src/config/a.ts': `import './b.ts'\n` }, 'an import must be there'],
    [
      'in a circle',
      {
        'src/config/a.ts': `import { b } from './b.ts'\nexport const a = (): number => b()\n`,
        'src/config/b.ts': `import { a } from './a.ts'\nexport const b = (): number => a()\n`,
      },
      'modules import each other in no circle (types excepted)',
    ],
    ['in a folder that is no layer', { 'src/helpers/a.ts': other }, 'src/helpers/a.ts: stands in no layer; known: '],
  ])('%s is found', async (_what, files, violation) => {
    const { violations } = await checkLayers(project(files))
    expect(violations.filter(line => line.includes(violation))).not.toHaveLength(0)
  })

  it('is not seen where the layers are kept', async () => {
    const { modules, violations } = await checkLayers(
      project({
        'src/base/errors.ts': other,
        'src/coordinator/a.ts': `import '../base/errors.ts'\n`,
        'src/state/b.ts': `import '../coordinator/a.ts'\nimport type { C } from './c.ts'\nexport type B = C | 1\n`,
        'src/state/c.ts': `import type { B } from './b.ts'\nexport type C = B | 2\n`,
        'src/engine/d.ts': `import 'rxjs'\nimport 'node:fs'\nimport '../state/b.ts'\n`,
        'src/sources/e.ts': `import 'yaml'\nimport '../engine/d.ts'\n`,
      }),
    )
    expect(violations).toEqual([])
    expect(modules).toHaveLength(6)
  })
})
