import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { checkSources, sourceFiles } from './sourceRules.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const planted: string[] = []

afterEach(() => {
  for (const directory of planted.splice(0)) rmSync(directory, { recursive: true, force: true })
})

function faultsOf(path: string, text: string): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'koff-rules-'))
  planted.push(directory)
  mkdirSync(dirname(join(directory, path)), { recursive: true })
  writeFileSync(join(directory, path), text)
  return checkSources(directory)
}

describe('the modules of src', () => {
  it('keep the rules that imports cannot show', () => {
    expect(sourceFiles(root).length).toBeGreaterThan(300)
    expect(checkSources(root)).toEqual([])
  })
})

describe('a pure room', () => {
  it.each([
    'export const t = Date.now()',
    'export const t = new Date()',
    'export const t = new Date',
    'const { now } = Date\nexport const t = now()',
    'const w = Date\nexport const t = w.now()',
    'export const t = globalThis.Date.now()',
    'export const t = globalThis.performance.now()',
    'export const t = performance.now()',
    'export const t = Date()',
    'globalThis.setTimeout(() => {}, 1)',
    'setTimeout(() => {}, 1)',
    'export const n = Math.random()',
    'const r = Math\nexport const n = r.random()',
    `export const n = Math['random']()`,
    'const { random } = Math\nexport const n = random()',
    'export const id = crypto.randomUUID()',
    'export const env = process.env',
    `console.log('x')`,
    'export class A { static now = Date.now }',
    'export const a = { now: Date.now }',
    'export function f(t = Date.now()) { return t }',
  ])('may not say %s', text => {
    expect(faultsOf('src/state/planted.ts', text)).not.toEqual([])
  })

  it.each([
    'export const t = new Date(0).toISOString()',
    'export const t = Date.UTC(2020, 1)',
    'export const n = Math.max(1, 2)',
    'export interface A { readonly process: number; readonly setTimeout: Date }',
    'export const a = { performance: 1 }\nexport const b = a.performance',
  ])('may say %s', text => {
    expect(faultsOf('src/state/planted.ts', text)).toEqual([])
  })

  it('is none of the rooms that do I/O', () => {
    expect(faultsOf('src/engine/planted.ts', 'export const t = Date.now()')).toEqual([])
  })
})

describe('a module of any room', () => {
  it('may not import a computed name', () => {
    const [fault] = faultsOf('src/engine/planted.ts', `const name = 'node:fs'\nexport const fs = import(name)`)
    expect(fault).toContain('imports a computed name')
    expect(faultsOf('src/engine/planted.ts', `export const fs = import('node:fs')`)).toEqual([])
  })

  it('may have no method that no module calls', () => {
    const text = 'export class A { used() { return 1 } unused() { return this.used() } get value() { return 1 } }'
    expect(faultsOf('src/engine/planted.ts', text)).toEqual([
      'src/engine/planted.ts: no module calls the method unused',
      'src/engine/planted.ts: no module calls the method value',
    ])
  })
})

describe('the way of data', () => {
  it.each(['mergeMap', 'bufferTime', 'from', 'flatMap as concatMap', 'shareReplay'])(
    'may not take %s of rxjs',
    name => {
      expect(faultsOf('src/pipeline/planted.ts', `import { ${name} } from 'rxjs'`)).not.toEqual([])
    },
  )

  it.each([
    "export { mergeMap } from 'rxjs'",
    "export { mergeMap } from 'rxjs/internal/operators/mergeMap'",
    "export * from 'rxjs'",
    "import * as rx from 'rxjs'",
  ])('may not hand it on by %s', text => {
    expect(faultsOf('src/pipeline/planted.ts', text)).not.toEqual([])
  })

  it('takes what asks for one chunk at a time', () => {
    expect(faultsOf('src/pipeline/planted.ts', `import { concatMap, map, type Observable } from 'rxjs'`)).toEqual([])
  })
})
