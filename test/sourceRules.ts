import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { parseSync } from '@swc/core'

/** Rooms whose results are a function of their arguments. */
const pure = /^src\/(kafka\/records|coordinator|events|state)\//

/** Names through which a module reaches a clock, randomness, the process or another global. */
const impureGlobals: ReadonlySet<string> = new Set(
  `globalThis global self process performance crypto console fetch require eval Function
   setTimeout setInterval setImmediate queueMicrotask WebAssembly Worker Atomics`.split(/\s+/),
)

/** The one module that imports what a user names: a pipeline's file. */
const importsUserFiles = 'src/pipelines/load.ts'

/** What the way of data takes of RxJS: operators that ask for no more than they hand on, and keep the order. */
const pulledOperators: ReadonlySet<string> = new Set(['Observable', 'OperatorFunction', 'concatMap', 'map', 'tap'])

/** Methods that only code outside `src` calls, by the reason. */
const calledFromOutside: ReadonlySet<string> = new Set(['next', 'return', 'throw'])

/**
 * Reads every module of `<root>/src` and finds what imports cannot show: a clock or randomness in a pure room in any
 * spelling, an `import()` of a computed name, and methods that no module of `src` calls.
 * @returns one line for each fault: where it is, and the rule.
 */
export function checkSources(root: string): string[] {
  const faults: string[] = []
  const methods = new Map<string, string>()
  const members = new Set<string>()
  for (const path of sourceFiles(root)) {
    const program = parseSync(readFileSync(join(root, path), 'utf8'), {
      syntax: 'typescript',
      tsx: path.endsWith('.tsx'),
      target: 'es2024',
    })
    const isPure = pure.test(path)
    if (path.startsWith('src/pipeline/')) {
      for (const name of importedFromRxjs(program.body)) {
        if (pulledOperators.has(name)) continue
        faults.push(`${path}: takes ${name} of rxjs; the way of data has ${[...pulledOperators].join(', ')}`)
      }
    }
    walk(program, {
      reference: name => {
        if (isPure && impureGlobals.has(name)) faults.push(`${path}: uses ${name}; a pure room has no clock and no I/O`)
        if (isPure && (name === 'Date' || name === 'Math')) {
          faults.push(`${path}: hands on ${name}; a pure room only calls Math.x(…), Date.UTC(…) and new Date(value)`)
        }
      },
      impureCall: text => {
        if (isPure) faults.push(`${path}: uses ${text}; a pure room has no clock and no randomness`)
      },
      computedImport: () => {
        if (path !== importsUserFiles)
          faults.push(`${path}: imports a computed name; the layers cannot be checked there`)
      },
      method: name => methods.set(name, path),
      member: name => members.add(name),
    })
  }
  for (const [name, path] of methods) {
    if (!members.has(name) && !calledFromOutside.has(name)) faults.push(`${path}: no module calls the method ${name}`)
  }
  return faults.sort()
}

/** Every TypeScript file under `<root>/src`: what a complete reading must have read. */
export function sourceFiles(root: string): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map(entry => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

function importedFromRxjs(body: readonly unknown[]): string[] {
  const names: string[] = []
  for (const item of body) {
    // Of these, only an import or an export from another module has a source.
    if (!isNode(item)) continue
    const { source, specifiers } = item
    if (!isNode(source) || !String(source['value']).startsWith('rxjs')) continue
    if (!Array.isArray(specifiers)) names.push('*')
    else {
      for (const specifier of specifiers) {
        const name: unknown = isNode(specifier)
          ? (specifier['imported'] ?? specifier['orig'] ?? specifier['local'])
          : null
        names.push(nameOf(name) ?? '*')
      }
    }
  }
  return names
}

interface Visitor {
  readonly reference: (name: string) => void
  readonly impureCall: (text: string) => void
  readonly computedImport: () => void
  readonly method: (name: string) => void
  readonly member: (name: string) => void
}

type Node = { readonly [key: string]: unknown }

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** A plain walk over the syntax tree: it needs no list of the kinds of statements, so it cannot miss a new one. */
function walk(node: unknown, visitor: Visitor): void {
  if (Array.isArray(node)) {
    for (const child of node) walk(child, visitor)
    return
  }
  if (!isNode(node)) return
  switch (node['type']) {
    case 'Identifier':
      visitor.reference(String(node['value']))
      return
    case 'MemberExpression':
      visitMember(node, visitor)
      return
    case 'NewExpression':
      visitNew(node, visitor)
      return
    case 'CallExpression':
      if (isNode(node['callee']) && node['callee']['type'] === 'Import') visitImport(node, visitor)
      break
    case 'ClassMethod':
      visitMethod(node, visitor)
      break
    default:
  }
  for (const [key, child] of Object.entries(node)) if (!isName(node, key)) walk(child, visitor)
}

/** Names of properties and types are no references to a variable. */
function isName(parent: Node, key: string): boolean {
  if (key === 'typeAnnotation' || key === 'typeParameters' || key === 'typeParams' || key === 'typeArguments')
    return true
  if (key === 'returnType' || key === 'implements' || key === 'superTypeParams') return true
  if (key === 'key') return isNode(parent[key]) && parent[key]['type'] === 'Identifier'
  const type = String(parent['type'])
  if (/^Ts(Interface|TypeAlias)/.test(type)) return true
  if (/^(Import|Export).*Specifier$/.test(type)) return true
  return type === 'LabeledStatement' && key === 'label'
}

function nameOf(value: unknown): string | null {
  return isNode(value) && value['type'] === 'Identifier' ? String(value['value']) : null
}

function visitMember(node: Node, visitor: Visitor): void {
  const object = nameOf(node['object'])
  const property = nameOf(node['property'])
  if (property !== null) visitor.member(property)
  if (object === 'Math' && property !== null) {
    if (property === 'random') visitor.impureCall('Math.random')
  } else if (object === 'Date' && property !== null) {
    if (property !== 'UTC' && property !== 'parse') visitor.impureCall(`Date.${property}`)
  } else walk(node['object'], visitor)
  if (property === null) walk(node['property'], visitor)
}

function visitNew(node: Node, visitor: Visitor): void {
  const given = Array.isArray(node['arguments']) ? node['arguments'] : []
  if (nameOf(node['callee']) !== 'Date') walk(node['callee'], visitor)
  else if (given.length === 0) visitor.impureCall('new Date()')
  walk(given, visitor)
}

function visitImport(node: Node, visitor: Visitor): void {
  const [argument] = Array.isArray(node['arguments']) ? node['arguments'] : []
  const expression: unknown = isNode(argument) ? argument['expression'] : undefined
  if (!isNode(expression) || expression['type'] !== 'StringLiteral') visitor.computedImport()
}

function visitMethod(node: Node, visitor: Visitor): void {
  const name = nameOf(node['key'])
  if (name !== null && node['isOverride'] !== true) visitor.method(name)
}
