import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { helmProgram } from '../servers/kubernetes.ts'

const run = promisify(execFile)
export const chartFolder = fileURLToPath(new URL('../../deploy/helm/koff', import.meta.url))

/** An object of Kubernetes, as the chart renders it. */
export interface Rendered {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly data?: Readonly<Record<string, string>>
  // Tests look at parts of it.
  readonly spec?: unknown
}

/** `helm template` with these values. Fails with what helm prints. */
export async function renderChart(values: object = {}, kubernetes = '1.34.0'): Promise<readonly Rendered[]> {
  const home = mkdtempSync(join(tmpdir(), 'koff-chart-'))
  try {
    const file = join(home, 'values.yaml')
    writeFileSync(file, JSON.stringify(values))
    const text = await helm('template', 'koff', chartFolder, '-f', file, '--kube-version', kubernetes)
    return parseAllDocuments(text).flatMap(document => {
      const rendered = document.toJS() as Rendered | null
      return rendered === null ? [] : [rendered]
    })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

export async function helm(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(await helmProgram(), args, { maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

export function rendered(all: readonly Rendered[], kind: string): Rendered {
  const [found, other] = all.filter(one => one.kind === kind)
  if (found === undefined || other !== undefined) throw new Error(`not exactly one ${kind}`)
  return found
}

/** A file of the project. */
export function projectFile(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}
