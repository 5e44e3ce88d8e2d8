import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { madeOnce } from '../servers/madeOnce.ts'
import { flinkJars, serversFolder } from '../servers/maven.ts'
import { compileJava, runMaven } from '../servers/toolchain.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
export const schemas = join(root, 'schemas')
const examples = join(root, 'examples')

/** A command line, without what it gets from its environment. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
}

/** True where the command runs here. */
export async function isHere(command: string, ...args: readonly string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  )
}

export function nodeExample(file: string): Program {
  return { command: process.execPath, args: [join(examples, file)] }
}

/** An example in a virtual environment with what its requirements name. */
export async function pythonExample(file: string): Promise<Program> {
  const requirements = join(examples, 'python/requirements.txt')
  const venv = await made('readers-python', [requirements], async work => {
    await run('python3', ['-m', 'venv', work])
    await run(join(work, 'bin/python'), ['-m', 'pip', 'install', '-q', '-r', requirements], { timeout: 300_000 })
  })
  return { command: join(venv, 'bin/python'), args: [join(examples, 'python', file)] }
}

export async function goExample(): Promise<Program> {
  const folder = join(examples, 'go')
  const built = await made('readers-go', await filesOf(folder), async work => {
    const env = { ...process.env, GOFLAGS: '-mod=readonly', GOMODCACHE: join(serversFolder(), 'go') }
    await run('go', ['build', '-o', join(work, 'reader'), '.'], { cwd: folder, env, timeout: 300_000 })
  })
  return { command: join(built, 'reader'), args: [] }
}

/** The example with the classes that avro-maven-plugin generates from schemas, but for the types of `without`. */
export async function javaExample(without: readonly string[] = []): Promise<Program> {
  const wanted = (await filesOf(schemas)).filter(
    file => file.endsWith('.avsc') && !without.some(name => file.includes(name)),
  )
  const sources = await filesOf(join(examples, 'java'))
  const built = await made('readers-java', [...sources, ...wanted], async work => {
    for (const source of sources) await cp(source, join(work, source.split('/').at(-1) ?? ''))
    await mkdir(join(work, 'schemas'))
    for (const schema of wanted) await cp(schema, join(work, 'schemas', schema.split('/').at(-1) ?? ''))
    const libraries = 'org.apache.maven.plugins:maven-dependency-plugin:2.10:copy-dependencies'
    await runMaven({
      cwd: work,
      what: 'the Java example',
      args: [
        '-q',
        `-Dschemas=${join(work, 'schemas')}`,
        'compile',
        libraries,
        `-DoutputDirectory=${join(work, 'libs')}`,
      ],
      onDownloaded: () => undefined,
    })
  })
  const classPath = [join(built, 'target/classes'), join(built, 'libs/*')].join(delimiter)
  return java('EventsConsumer', classPath, ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error'])
}

/** A program of the folder java/, with Flink. */
export async function flinkProgram(args: readonly string[]): Promise<Program> {
  const jars = await flinkJars()
  const source = fileURLToPath(new URL('java/FlinkReader.java', import.meta.url))
  const classes = await made('readers-flink', [source], work =>
    compileJava({ classPath: `${jars}/*`, sources: [source], into: work }),
  )
  const opens = ['java.base/java.util', 'java.base/java.lang'].flatMap(name => ['--add-opens', `${name}=ALL-UNNAMED`])
  const log = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'
  const { command, args: of } = java('FlinkReader', [classes, `${jars}/*`].join(delimiter), [...opens, '-Xmx512m', log])
  return { command, args: [...of, ...args] }
}

function java(main: string, classPath: string, jvm: readonly string[]): Program {
  const quick = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  return { command: 'java', args: [...quick, ...jvm, '-cp', classPath, main] }
}

/** A folder that is made once for the content of these files, and kept. */
async function made(name: string, inputs: readonly string[], make: (work: string) => Promise<void>): Promise<string> {
  const hash = createHash('sha256')
  for (const input of inputs) hash.update(input.split('/').at(-1) ?? '').update(await readFile(input))
  return madeOnce(`${name}-${hash.digest('hex').slice(0, 16)}`, make)
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(({ name }) => join(folder, name))
    .sort()
}
