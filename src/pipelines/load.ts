import { dirname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { faultsOf } from '../config/faults.ts'
import { fileReader } from '../config/load.ts'
import { type PipelineConfig, pipelineSchema } from '../config/pipelines.ts'
import { configInvalid, type Place, type PlaceOf, pathText, placed } from '../config/places.ts'
import type { PipelineOperator } from './definePipeline.ts'
import { resolveKoff } from './resolveKoff.ts'

/** A pipeline that was checked, and where its parts stand, for messages. */
export interface LoadedPipeline extends PipelineConfig {
  readonly operators: readonly PipelineOperator[]
  readonly placeOf: PlaceOf
}

/**
 * The pipeline that a file exports by default: TypeScript (what Node can strip) or JavaScript, without a build. `koff` in it
 * is the koff that runs; `rxjs` its RxJS unless the file has one of its own.
 * @param named where the configuration names the file, if it does: messages begin with it.
 * @throws KoffError CONFIG_INVALID: every fault there is, one a line, `<file>: <path>: <what>`.
 */
export async function loadPipeline(file: string, named?: Place): Promise<LoadedPipeline> {
  const path = resolve(file)
  const shown = shownPath(path)
  const { line = 0, text } = named ?? {}
  const inFile = (what: string): Place => ({ line, text: text === undefined ? what : `${text}: ${what}` })
  const loaded = await importFile(path)
  if ('fault' in loaded) throw configInvalid([inFile(loaded.fault)])
  const { exported } = loaded
  if (typeof exported !== 'object' || exported === null || !('kind' in exported) || exported.kind !== 'pipeline') {
    throw configInvalid([inFile(`${shown}: exports no pipeline; write export default definePipeline({ … })`)])
  }
  const { kind: _kind, operators = [], ...definition } = exported as { kind: 'pipeline'; operators?: unknown }
  const placeOf: PlaceOf = keys => inFile(keys.length === 0 ? shown : `${shown}: ${pathText(keys)}`)
  const faults: Place[] = []
  if (!isOperators(operators)) faults.push(placed(placeOf(['operators']), 'must be a list of RxJS operators'))
  const home = dirname(path)
  const result = pipelineSchema({ readFile: fileReader(home), home }).safeParse(definition)
  if (!result.success) {
    const all = faultsOf(result.error, definition, () => undefined)
    faults.push(...all.map(({ path: keys, message }) => placed(placeOf(keys), message)))
  }
  if (result.success && isOperators(operators) && faults.length === 0) return { ...result.data, operators, placeOf }
  throw configInvalid(faults)
}

async function importFile(path: string): Promise<{ readonly exported: unknown } | { readonly fault: string }> {
  const content = fileReader('.')(path)
  if ('fault' in content) return { fault: `${shownPath(path)}:${content.fault.slice(path.length)}` }
  resolveKoff()
  try {
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
    return { exported: module.default }
  } catch (error) {
    return { fault: loadFault(error, path) }
  }
}

/** `<file>:<line>: cannot be loaded: <what>`; what Node says of a fault has the line in its stack only. */
function loadFault(error: unknown, path: string): string {
  const what = (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ')
  // What cannot be found is named together with who imports it, and the stack is not theirs.
  const isLost = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
  const stack = error instanceof Error && !isLost ? (error.stack ?? '') : ''
  const [, from, line] = /(?:^|\()(?:file:\/\/)?(\/[^\n:()]+):(\d+)(?=[:\n)])/m.exec(stack) ?? []
  const at = from === undefined ? path : decodeURI(from)
  const whose = at === path ? '' : `${shownPath(path)}: `
  return `${whose}${shownPath(at)}${line === undefined ? '' : `:${line}`}: cannot be loaded: ${what}`
}

function isOperators(value: unknown): value is readonly PipelineOperator[] {
  return Array.isArray(value) && value.every(operator => typeof operator === 'function')
}

function shownPath(path: string): string {
  const near = relative('.', path)
  return near.startsWith('..') ? path : near
}
