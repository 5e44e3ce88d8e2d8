import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml'
import { interpolate } from './interpolate.ts'

/** Keys and list positions from the top. */
export type Path = readonly (string | number)[]

export interface Fault {
  readonly path: Path
  readonly message: string
}

/** The data of a configuration file, with the position of every value. */
export interface ConfigDocument {
  readonly kind: 'document'
  /** The content of the file with variables filled in; not checked. */
  readonly data: unknown
  /** Variables that could not be filled in. */
  readonly faults: readonly Fault[]
  /**
   * The line of the value at the path, or of its key if `path` ends in one; of the surrounding value where it is
   * missing.
   */
  lineOf(path: Path): number
  /** The text of a value as written in the file: the name of a variable, not its value. */
  sourceOf(path: Path): string | undefined
}

/** A file that is not valid YAML. */
export interface UnreadableDocument {
  readonly kind: 'unreadable'
  readonly faults: readonly { readonly line: number; readonly message: string }[]
}

/** Never throws: faults of the file are part of the result, and no message quotes a value. */
export function readDocument(text: string, variables: NodeJS.ProcessEnv): ConfigDocument | UnreadableDocument {
  const lines = new LineCounter()
  // prettyErrors would quote the lines around a fault, which may contain a password.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number): number => lines.linePos(offset).line
  const unreadable = syntaxFaults(document, lineAt)
  if (unreadable.length > 0) return { kind: 'unreadable', faults: unreadable }

  const sources = new Map<Node, string>()
  const faults: Fault[] = []
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return
      const result = interpolate(node.value, variables)
      sources.set(node, node.value)
      if (result.kind === 'text') node.value = result.text
      else faults.push({ path: pathOf(ancestors, node), message: result.fault })
    },
  })
  return {
    kind: 'document',
    data: document.toJS({ maxAliasCount: -1 }) as unknown,
    faults,
    lineOf: path => lineAt(offsetOf(document, path)),
    sourceOf(path) {
      const node = path.length === 0 ? document.contents : document.getIn(path, true)
      if (!isScalar(node)) return undefined
      return sources.get(node) ?? node.source ?? String(node.value)
    },
  }
}

/** The first fault of each line: further ones are consequences of it. */
function syntaxFaults(
  document: Document.Parsed,
  lineAt: (offset: number) => number,
): { line: number; message: string }[] {
  const faults = document.errors.map(({ code, pos }) => ({ line: lineAt(pos[0]), message: syntaxMessage(code) }))
  for (const { code, pos } of document.warnings) {
    // The parser would ignore an unknown tag and take the text after it, an encrypted password, as the password.
    if (code === 'TAG_RESOLVE_FAILED') faults.push({ line: lineAt(pos[0]), message: syntaxMessage(code) })
  }
  visit(document, {
    Pair(_key, { key }) {
      if (!isMap(key) && !isSeq(key)) return
      const message = 'a mapping or a list as a key; a {{ … }} of a template was not filled in'
      faults.push({ line: lineAt(key.range?.[0] ?? 0), message })
    },
    Alias(_key, node) {
      if (node.resolve(document) !== undefined) return
      faults.push({ line: lineAt(node.range?.[0] ?? 0), message: 'an alias (*) of an unknown anchor (&)' })
    },
  })
  return faults.filter(({ line }, index) => faults.findIndex(other => other.line === line) === index)
}

/** The path to a node, from the ancestors that `visit` gives. */
function pathOf(ancestors: readonly (Document | Node | Pair)[], node: Node): (string | number)[] {
  const path: (string | number)[] = []
  for (const [depth, around] of ancestors.entries()) {
    const inside = ancestors[depth + 1] ?? node
    if (isSeq(around)) path.push(around.items.indexOf(inside))
    else if (isMap(around)) {
      const pair = around.items.find(item => item === inside)
      if (isScalar(pair?.key)) path.push(String(pair.key.value))
    }
  }
  return path
}

function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents
  let offset = 0
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(item => isScalar(item.key) && String(item.key.value) === String(step))
      if (pair === undefined) return offset
      offset = rangeStart(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(step)]
      if (item === undefined) return offset
      offset = rangeStart(item) ?? offset
      node = item
    } else return offset
  }
  return offset
}

function rangeStart(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined
}

/** The parser's own messages quote the file. */
function syntaxMessage(code: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'duplicate key'
    case 'TAB_AS_INDENT':
      return 'a tab as indentation; YAML requires spaces'
    case 'BAD_INDENT':
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return 'the indentation does not match the lines around it'
    case 'MULTIPLE_DOCS':
      return 'a second document (---); a configuration has one'
    case 'TAG_RESOLVE_FAILED':
      return 'a tag (!); quote a text that begins with !'
    case 'MISSING_CHAR':
      return 'invalid YAML: a quote, bracket, colon or comma is missing'
    default:
      return `invalid YAML (${code})`
  }
}
