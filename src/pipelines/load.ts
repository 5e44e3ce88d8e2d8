import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { faultsOf } from '../config/faults.ts'
import { fileReader, pathText } from '../config/load.ts'
import { type PipelineConfig, pipelineSchema } from '../config/pipelines.ts'
import { KoffError } from '../errors.ts'
import type { PipelineOperator } from './definePipeline.ts'
import { resolveKoff } from './resolveKoff.ts'

/** A pipeline that was checked, and where it stands, for messages. */
export interface LoadedPipeline extends PipelineConfig {
  readonly operators: readonly PipelineOperator[]
  readonly place: string
}

/**
 * The pipeline that a file exports by default: TypeScript (what Node can strip) or JavaScript, without a build. `koff` in it
 * is the koff that runs; `rxjs` its RxJS unless the file has one of its own.
 * @throws KoffError CONFIG_INVALID: every fault there is, one a line, `<file>: <path>: <what>`.
 */
export async function loadPipeline(file: string): Promise<LoadedPipeline> {
  const path = resolve(file)
  const shown = shownPath(path)
  const exported = await importFile(path, shown)
  if (typeof exported !== 'object' || exported === null || !('kind' in exported) || exported.kind !== 'pipeline') {
    throw invalid([`${shown}: exports no pipeline; write export default definePipeline({ … })`])
  }
  const { kind: _kind, operators = [], ...definition } = exported as { kind: 'pipeline'; operators?: unknown }
  const faults: string[] = []
  if (!isOperators(operators)) faults.push(`${shown}: operators: must be a list of RxJS operators`)
  const home = dirname(path)
  const result = pipelineSchema({ readFile: fileReader(home), home }).safeParse(definition)
  if (!result.success) {
    const all = faultsOf(result.error, definition, () => undefined)
    faults.push(...all.map(({ path: keys, message }) => `${shown}: ${pathText(keys)}: ${message}`))
  }
  if (result.success && isOperators(operators) && faults.length === 0) {
    return { ...result.data, operators, place: shown }
  }
  throw invalid([...new Set(faults)])
}

async function importFile(path: string, shown: string): Promise<unknown> {
  try {
    readFileSync(path)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw invalid([`${shown}: cannot be read: ${isMissing ? 'no such file' : String(error)}`])
  }
  resolveKoff()
  try {
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
    return module.default
  } catch (error) {
    // What Node says of a fault in the file has the line in its stack only.
    const what =
      error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 5).join('\n') : String(error)
    throw new KoffError('CONFIG_INVALID', `${shown}: cannot be loaded: ${what}`, { cause: error })
  }
}

function isOperators(value: unknown): value is readonly PipelineOperator[] {
  return Array.isArray(value) && value.every(operator => typeof operator === 'function')
}

function shownPath(path: string): string {
  const near = relative('.', path)
  return near.startsWith('..') ? path : near
}

function invalid(lines: readonly string[]): KoffError {
  return new KoffError('CONFIG_INVALID', lines.join('\n'))
}
