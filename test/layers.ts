import { fileURLToPath } from 'node:url'
import type { Statement, VariableDeclarator } from '@swc/core'
import { Visitor } from '@swc/core/Visitor.js'
import { cruise, type IForbiddenRuleType } from 'dependency-cruiser'
import { checkSources, sourceFiles } from './sourceRules.ts'

export interface LayerReport {
  /** Paths of the modules of `src` that were read, relative to the root, sorted. */
  readonly modules: readonly string[]
  /** One line each: who imports what, and the rule that it breaks. */
  readonly violations: readonly string[]
}

/**
 * Reads the imports of every module in `<root>/src` and holds them against the layers. `root` needs a package.json
 * and a node_modules, because whether an import is a package is judged from there.
 */
export async function checkLayers(root: string): Promise<LayerReport> {
  const { output } = await cruise(['src'], {
    baseDir: root,
    // TypeScript 7 has no API that dependency-cruiser knows: without another parser it reads nothing and finds no fault.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    ruleSet: { forbidden: [...layerRules(), ...wallRules, ...packageRules, ...generalRules] },
    validate: true,
  })
  if (typeof output === 'string') throw new Error(`dependency-cruiser gave text instead of a result: ${output}`)
  const modules = output.modules.map(({ source }) => source).filter(source => source.startsWith('src/'))
  const known = Object.keys(layers).map(layer => new RegExp(pathOf(layer)))
  const strays = modules.filter(source => !known.some(layer => layer.test(source)))
  return {
    modules: modules.sort(),
    violations: [
      ...output.summary.violations.map(({ from, to, rule }) => `${from} → ${to}: ${rule.name}`),
      ...strays.map(source => `${source}: stands in no layer; known: ${Object.keys(layers).join(', ')}`),
    ].sort(),
  }
}

/**
 * What each room of `src` may import besides itself and `base`. Think twice before adding to a row: the rows are
 * the design (DESIGN.md), and sources and sinks that do not know each other are what makes any pair of them work.
 */
const layers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  'kafka/records': [],
  'kafka/codecs': ['kafka/records'],
  'kafka/net': [],
  'kafka/protocol': ['kafka/records', 'kafka/codecs', 'kafka/net'],
  'kafka/client': ['kafka/records', 'kafka/net', 'kafka/protocol'],
  'kafka/thread': ['kafka/records', 'kafka/codecs', 'kafka/net', 'kafka/protocol'],
  'kafka/consumer': ['kafka/records', 'kafka/net', 'kafka/protocol', 'kafka/client', 'kafka/thread'],
  'kafka/producer': ['kafka/records', 'kafka/protocol', 'kafka/client'],
  'kafka/kafkajs': ['kafka/net', 'kafka/protocol', 'kafka/client'],
  coordinator: ['kafka/records'],
  events: ['kafka/records', 'coordinator'],
  state: ['kafka/records', 'coordinator', 'events'],
  engine: ['kafka/records', 'coordinator', 'events', 'state'],
  pipeline: ['kafka/records', 'events', 'state', 'engine'],
  kafka: [],
  telemetry: ['kafka/records', 'coordinator', 'events', 'state', 'engine'],
  avro: ['kafka/records', 'coordinator', 'events'],
  history: ['kafka/records', 'coordinator', 'events', 'state', 'engine', 'pipeline'],
  delivery: ['kafka/records', 'coordinator', 'events', 'state', 'engine', 'pipeline', 'history', 'telemetry'],
  sources: ['kafka', 'coordinator', 'events', 'state', 'engine', 'delivery'],
  'config/values': ['avro'],
  sinks: [
    'kafka',
    'coordinator',
    'events',
    'state',
    'engine',
    'telemetry',
    'avro',
    'delivery',
    'config/values',
    'terminal',
    'history',
  ],
  config: ['coordinator', 'events', 'state', 'engine', 'telemetry', 'avro', 'sinks'],
  web: ['coordinator', 'events', 'state', 'engine', 'telemetry', 'delivery', 'history'],
  pipelines: [
    'kafka',
    'events',
    'state',
    'engine',
    'history',
    'telemetry',
    'avro',
    'delivery',
    'sources',
    'sinks',
    'config',
  ],
  terminal: ['kafka', 'coordinator', 'events', 'state', 'engine'],
  app: [
    'kafka',
    'coordinator',
    'events',
    'state',
    'engine',
    'pipeline',
    'history',
    'telemetry',
    'avro',
    'delivery',
    'sources',
    'sinks',
    'config',
    'web',
    'pipelines',
    'terminal',
  ],
  commands: [
    'kafka',
    'coordinator',
    'events',
    'state',
    'engine',
    'pipeline',
    'history',
    'telemetry',
    'avro',
    'delivery',
    'sources',
    'sinks',
    'config',
    'web',
    'pipelines',
    'terminal',
    'app',
  ],
  // For browsers: types of answers, and the words that the command line has for events.
  page: ['events', 'terminal', 'web'],
  'cli.ts': ['commands', 'terminal'],
  library: ['kafka', 'coordinator', 'events', 'state', 'engine', 'pipeline', 'sources', 'sinks'],
  'index.ts': [
    'kafka',
    'coordinator',
    'events',
    'state',
    'engine',
    'pipeline',
    'avro',
    'delivery',
    'sources',
    'sinks',
    'config',
    'pipelines',
    'library',
  ],
}

function layerRules(): IForbiddenRuleType[] {
  return Object.entries(layers).map(([layer, below]) => ({
    name: `${layer} may import ${below.length === 0 ? 'no other layer' : below.join(', ')}`,
    severity: 'error',
    // A room within a room has a row of its own, and the row of the room around it does not count for it.
    from: {
      path: pathOf(layer),
      pathNot: Object.keys(layers)
        .filter(other => other.startsWith(`${layer}/`))
        .map(pathOf),
    },
    to: { path: '^src/', pathNot: [layer, ...below, 'base'].map(pathOf) },
  }))
}

function pathOf(layer: string): string {
  return layer.endsWith('.ts') ? `^src/${layer.replace('.', '\\.')}$` : `^src/${layer}/`
}

const npm = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'] as const

const wallRules: IForbiddenRuleType[] = ['sinks', 'sources'].map(room => ({
  name: `one of ${room} imports no other`,
  severity: 'error',
  from: { path: `^src/${room}/([^/]+)/` },
  to: { path: `^src/${room}/[^/]+/`, pathNot: `^src/${room}/$1/` },
}))

const packageRules: IForbiddenRuleType[] = [
  {
    name: 'kafka/records, coordinator, events and state import no package and no node: module',
    severity: 'error',
    from: { path: '^src/(kafka/records|coordinator|events|state)/' },
    to: { dependencyTypes: [...npm, 'core'] },
  },
  {
    name: 'engine imports no package but rxjs',
    severity: 'error',
    from: { path: '^src/(engine|pipeline|delivery|telemetry)/' },
    to: { dependencyTypes: [...npm], pathNot: '(^|/)node_modules/rxjs/' },
  },
  {
    // Avro is what several sinks write, and sinks do not know each other.
    name: 'avro imports no package but avsc, zod and the client of the registry',
    severity: 'error',
    from: { path: '^src/avro/' },
    to: { dependencyTypes: [...npm], pathNot: '(^|/)node_modules/(avsc|zod|@kafkajs/confluent-schema-registry)/' },
  },
  {
    name: 'only kafka/kafkajs imports kafkajs',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/kafka/kafkajs/' },
    to: { path: '(^|/)node_modules/kafkajs/' },
  },
  {
    name: 'page imports no node: module and no package but preact and uplot',
    severity: 'error',
    from: { path: '^src/page/' },
    to: { dependencyTypes: [...npm, 'core'], pathNot: '(^|/)node_modules/(preact|uplot)/' },
  },
  {
    name: 'page imports only types of web',
    severity: 'error',
    from: { path: '^src/page/' },
    to: { path: '^src/web/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'src imports only packages that package.json declares for use',
    severity: 'error',
    // The page is bundled: what it imports is not there when koff runs.
    from: { path: '^src/', pathNot: '^src/page/' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
  },
]

const generalRules: IForbiddenRuleType[] = [
  {
    name: 'src imports nothing of the project outside src but package.json',
    severity: 'error',
    from: { path: '^src/' },
    to: { dependencyTypes: ['local', 'localmodule'], pathNot: ['^src/', '^package\\.json$'] },
  },
  {
    name: 'an import must be there',
    severity: 'error',
    from: { path: '^src/' },
    to: { couldNotResolve: true },
  },
  {
    name: 'modules import each other in no circle (types excepted)',
    severity: 'error',
    from: { path: '^src/' },
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
]

// The walk of dependency-cruiser's parser stops at `using` and `await using`, which it does not know: take them as `const`.
const visitKnownStatement = Reflect.get(Visitor.prototype, 'visitStatement')
Visitor.prototype.visitStatement = function (this: Visitor, statement: Statement | UsingDeclaration): Statement {
  if (statement.type !== 'UsingDeclaration') return visitKnownStatement.call(this, statement)
  this.visitVariableDeclarators(statement.decls)
  return { type: 'EmptyStatement', span: statement.span }
}

interface UsingDeclaration {
  readonly type: 'UsingDeclaration'
  readonly span: Statement['span']
  readonly decls: VariableDeclarator[]
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const { modules, violations } = await checkLayers(root)
  const expected = sourceFiles(root).length
  const faults = checkSources(root)
  for (const line of [...violations, ...faults]) process.stderr.write(`${line}\n`)
  process.stdout.write(
    `${modules.length} of ${expected} modules read, ${violations.length} wrong imports, ${faults.length} other faults\n`,
  )
  const isComplete = modules.length === expected && expected > 0
  process.exitCode = violations.length === 0 && faults.length === 0 && isComplete ? 0 : 1
}
