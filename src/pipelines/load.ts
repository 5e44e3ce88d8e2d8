import { dirname, relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { faultsOf } from '../config/faults.ts'
import { fileReader } from '../config/load.ts'
import { type PipelineConfig, pipelineKeys } from '../config/pipelineSchema.ts'
import { configInvalid, type Place, type PlaceOf, pathText, placed } from '../config/places.ts'
import { section } from '../config/values/values.ts'
import { fileKeys, type PipelineOperator } from './definePipeline.ts'
import { resolveKoff } from './resolveKoff.ts'

/** A checked pipeline, with the positions of its parts for messages. */
export interface LoadedPipeline extends PipelineConfig {
  readonly operators: readonly PipelineOperator[]
  readonly placeOf: PlaceOf
}

export interface LoadOptions {
  /** The position of the file's name in the configuration, where it has one: messages begin with it. */
  readonly named?: Place | undefined
  /** The time limit for a top-level await of the file; 30 s unless given. */
  readonly loadWithinMs?: number
}

/**
 * The pipeline that a file exports by default: TypeScript (what Node can strip) or JavaScript, without a build. `koff` in it
 * is the koff that runs; `rxjs` its RxJS unless the file has one of its own.
 * @throws KoffError CONFIG_INVALID: every fault there is, one a line, `<file>: <path>: <what>`.
 */
export async function loadPipeline(file: string, options: LoadOptions = {}): Promise<LoadedPipeline> {
  const { named, loadWithinMs = 30_000 } = options
  const path = resolve(file)
  const shown = shownPath(path)
  const { line = 0, text } = named ?? {}
  const inFile = (what: string): Place => ({ line, text: text === undefined ? what : `${text}: ${what}` })
  const loaded = await importFile(path, loadWithinMs)
  if ('fault' in loaded) throw configInvalid([inFile(loaded.fault)])
  const { exported } = loaded
  if (typeof exported !== 'object' || exported === null || !('kind' in exported) || exported.kind !== 'pipeline') {
    throw configInvalid([inFile(`${shown}: does not export a pipeline; write export default definePipeline({ … })`)])
  }
  const { kind: _kind, ...definition } = exported
  const placeOf: PlaceOf = keys => inFile(keys.length === 0 ? shown : `${shown}: ${pathText(keys)}`)
  const home = dirname(path)
  const result = section({ ...pipelineKeys({ readFile: fileReader(home), home }), ...fileKeys }).safeParse(definition)
  if (result.success) return { ...result.data, placeOf }
  const faults = faultsOf(result.error, definition, () => undefined)
  throw configInvalid(faults.map(({ path: keys, message }) => placed(placeOf(keys), message)))
}

async function importFile(
  path: string,
  withinMs: number,
): Promise<{ readonly exported: unknown } | { readonly fault: string }> {
  const content = fileReader('.')(path)
  if ('fault' in content) return { fault: `${shownPath(path)}:${content.fault.slice(path.length)}` }
  resolveKoff()
  const given = new AbortController()
  try {
    const module = await Promise.race([
      import(pathToFileURL(path).href),
      sleep(withinMs, null, { signal: given.signal }),
    ])
    if (module === null) {
      const seconds = withinMs / 1000
      return {
        fault: `${shownPath(path)}: cannot be loaded: its top-level await has not ended after ${seconds} s`,
      }
    }
    return { exported: (module as { readonly default?: unknown }).default }
  } catch (error) {
    return { fault: loadFault(error, path) }
  } finally {
    given.abort()
  }
}

/** `<file>:<line>: cannot be loaded: <what>`; Node has the line of a fault only in the stack. */
function loadFault(error: unknown, path: string): string {
  const what = (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ')
  // The error of a missing module names its importer; the stack does not.
  const isLost = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
  const stack = error instanceof Error && !isLost ? (error.stack ?? '') : ''
  const places = [...stack.matchAll(/(?:^|\(| at )(?:async )?((?:file:\/\/)?\/[^\n:()]+):(\d+)(?=[:\n)])/gm)]
  // Without the frame that imported the file.
  const isOurs = ([, from]: RegExpExecArray) => from?.startsWith(ourFiles) === true
  const [, from, line] = places.find(place => !isOurs(place)) ?? []
  const at = from === undefined ? path : from.startsWith('file:') ? fileURLToPath(from) : from
  const whose = at === path ? '' : `${shownPath(path)}: `
  return `${whose}${shownPath(at)}${line === undefined ? '' : `:${line}`}: cannot be loaded: ${what}`
}

const ourFiles = new URL('..', import.meta.url).href

function shownPath(path: string): string {
  const near = relative('.', path)
  return near.startsWith('..') ? path : near
}
