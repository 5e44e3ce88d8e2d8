import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { kafkaJars, serversFolder } from '../servers/maven.ts'
import { compileJava } from '../servers/toolchain.ts'
import type { BenchBroker } from './broker.ts'
import { launcherEnv, launcherFlags } from './launcher.ts'
import type { Reader } from './measure.ts'

export interface ReaderOptions {
  readonly broker: BenchBroker
  /** For compiled programs; gone after the benchmark. */
  readonly folder: string
  /** Another checkout of koff: its readers take turns with those of this one, beside the fastest other reader only. */
  readonly against?: string | undefined
}

export interface Readers {
  /** In the order of the table; the first is koff live. */
  readonly readers: readonly Reader[]
  /** Keeps the committed offset of every key, with Kafka's own classes: what koff's state is held against. */
  readonly judge: Reader
  /** What cannot run here and why, a sentence each. */
  readonly leftOut: readonly string[]
}

export const names = {
  live: 'koff, live',
  segments: 'koff, from segment files',
  java: "Java KafkaConsumer + Kafka's generated classes (decode only)",
  go: 'franz-go + kmsg (decode only)',
  goUnsafe: 'franz-go + kmsg, no string copied (decode only)',
} as const

/** As bin/koff.js starts it: what was compiled once is kept, and the space for new objects is small. */
const asInstalled = {
  command: process.execPath,
  env: { ...launcherEnv, NODE_COMPILE_CACHE: join(serversFolder(), 'bench-compiled') },
}

/** Compiles those that need it. */
export async function buildReaders({ broker, folder, against }: ReaderOptions): Promise<Readers> {
  const koffOf = (flags: readonly string[], koff: string, suffix = ''): readonly Reader[] => [
    { name: `${names.live}${suffix}`, ...asInstalled, args: [...flags, koff, 'live', broker.bootstrap] },
    { name: `${names.segments}${suffix}`, ...asInstalled, args: [...flags, koff, 'segments', broker.dataFolder] },
  ]
  const jars = join(await kafkaJars(), '*')
  await compileJava({ classPath: jars, sources: [file('java/Drain.java')], into: folder })
  const java = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', `${folder}:${jars}`, 'Drain', broker.bootstrap]
  const go = await buildGo(folder)
  const others: readonly Reader[] = [
    { name: names.java, command: 'java', args: [...java, 'decode'] },
    ...('program' in go
      ? [
          { name: names.go, command: go.program, args: [broker.bootstrap, 'copies'] },
          { name: names.goUnsafe, command: go.program, args: [broker.bootstrap, 'parts'] },
        ]
      : []),
  ]
  const own = koffOf(launcherFlags, file('readers/koff.ts'))
  const earlier =
    against === undefined
      ? []
      : koffOf(await flagsOf(against), join(against, 'test/bench/readers/koff.ts'), `, ${against}`)
  return {
    readers:
      against === undefined
        ? [...own, ...others]
        : [...own, ...earlier, ...others.filter(({ name }) => name === names.goUnsafe)],
    judge: { name: 'Java, state', command: 'java', args: [...java, 'state'] },
    leftOut: 'program' in go ? [] : [go.leftOut],
  }
}

/** What the launcher of another checkout gives to Node: one flag up to version 0.1. */
async function flagsOf(checkout: string): Promise<readonly string[]> {
  const program = pathToFileURL(join(checkout, 'test/bench/launcher.ts')).href
  const launcher = (await import(program)) as { launcherFlag?: string; launcherFlags?: readonly string[] }
  return launcher.launcherFlags ?? [launcher.launcherFlag ?? '']
}

/** With the modules of go.sum, by way of the Go module proxy; they are kept with the servers. */
async function buildGo(folder: string): Promise<{ program: string } | { leftOut: string }> {
  const program = join(folder, 'drain')
  const said: string[] = []
  const child = spawn('go', ['build', '-o', program, '.'], {
    cwd: file('go'),
    env: { ...process.env, GOFLAGS: '-mod=readonly', GOMODCACHE: join(serversFolder(), 'go') },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  await new Promise<void>(resolve => child.once('close', () => resolve()).once('error', () => resolve()))
  if (existsSync(program)) return { program }
  const why = said.length === 0 ? 'there is no Go toolchain' : (said.join('').trim().split('\n').at(-1) ?? '')
  return { leftOut: `${names.go} is left out: ${why}` }
}

function file(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
