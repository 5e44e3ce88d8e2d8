import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { codeOf, systemReason } from '../base/systemReason.ts'
import { type ConfigDocument, type Path, readDocument } from './document.ts'
import { faultsOf } from './faults.ts'
import { configInvalid, type PlaceOf, pathText, placed } from './places.ts'
import { type Config, configSchema } from './schema.ts'
import { type Setting, settingNames } from './settings.ts'
import type { ReadFile } from './values/secret.ts'

export interface ConfigSources {
  /** Path of the YAML file; without one there are only settings and defaults. */
  readonly file?: string | undefined
  /** Flags and variables override the file; later ones override earlier ones. */
  readonly settings?: readonly Setting[]
  readonly variables: NodeJS.ProcessEnv
}

/** A configuration, with the positions of its values. */
export interface LoadedConfig {
  readonly config: Config
  readonly placeOf: PlaceOf
}

/**
 * The configuration to run with. Paths in the file are relative to the file.
 * @throws KoffError CONFIG_INVALID with every fault, one a line: `<file>:<line>: <path>: <what>`
 */
export function loadConfig({ file, settings = [], variables }: ConfigSources): LoadedConfig {
  const document = file === undefined ? undefined : openDocument(file, variables)
  const data = settings.reduce(withSetting, document?.data ?? {})
  const home = file === undefined ? '.' : dirname(file)
  const result = configSchema({ readFile: fileReader(home), home }).safeParse(data)
  const overriding = (path: Path): Setting | undefined => settings.findLast(setting => startsWith(setting.path, path))
  const placeOf: PlaceOf = path => {
    const setting = overriding(path)
    if (setting !== undefined || document === undefined) {
      return { line: 0, text: setting?.name ?? settingNames(path) ?? pathText(path) }
    }
    const line = document.lineOf(path)
    return { line, text: `${file}:${line}${path.length === 0 ? '' : `: ${pathText(path)}`}` }
  }

  const faults = (document?.faults ?? []).filter(({ path }) => overriding(path) === undefined)
  if (!result.success) {
    const shown = (path: Path): string | undefined => (overriding(path) ? undefined : document?.sourceOf(path))
    // An unset variable is one fault, not two.
    const open = faults.map(({ path }) => path)
    faults.push(...faultsOf(result.error, data, shown).filter(({ path }) => !open.some(left => startsWith(left, path))))
  }
  if (faults.length === 0 && result.success) return { config: result.data, placeOf }
  throw configInvalid(faults.map(({ path, message }) => placed(placeOf(path), message)))
}

function openDocument(file: string, variables: NodeJS.ProcessEnv): ConfigDocument {
  const content = read(file)
  if ('fault' in content) throw configInvalid([{ line: 0, text: `${file}: ${content.fault}` }])
  const document = readDocument(content.text, variables)
  if (document.kind === 'document') return document
  throw configInvalid(document.faults.map(({ line, message }) => ({ line, text: `${file}:${line}: ${message}` })))
}

/** The caller adds the path, under the name that the user knows. */
export function fileReader(home: string): ReadFile {
  return path => {
    const content = read(resolve(home, path))
    return 'text' in content ? content : { fault: `${path} ${content.fault}` }
  }
}

/**
 * Without a byte order mark. Invalid UTF-8 is refused, because it would change characters, for instance of a password.
 */
function read(path: string): ReturnType<ReadFile> {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) }
  } catch (error) {
    return { fault: `cannot be read: ${reasonOf(error)}` }
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error ? codeOf(error) : ''
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not text in UTF-8'
  return systemReason(error)
}

function withSetting(data: unknown, { path, value }: Setting): unknown {
  const [key, ...rest] = path
  if (key === undefined) return isSection(data) && value === true ? data : value
  const section = isSection(data) ? data : {}
  return { ...section, [key]: withSetting(section[key], { name: '', path: rest, value }) }
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A fault in a part of a setting (`--brokers` with one bad address) is reported for the setting. */
function startsWith(path: Path, fault: Path): boolean {
  return path.every((step, index) => step === fault[index])
}
