import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { KoffError } from '../../src/base/errors.ts'
import { versions } from './versions.ts'

const installJava = `install a JDK, version ${versions.java} or later (Debian: apt-get install openjdk-17-jdk-headless)`
const installMaven = 'install Apache Maven (Debian: apt-get install maven)'

/** The version of `java`, as `17.0.15`; fails with one clear line (`UNSUPPORTED`) when it is missing or too old. */
export async function requireJava(): Promise<string> {
  const said = await output('java', ['-version'], installJava)
  // "17.0.15", and "1.8.0_392" before version 9.
  const version = /version "(?:1\.)?([^"]+)"/.exec(said)?.[1] ?? 'unknown'
  if (!(Number.parseInt(version, 10) >= versions.java)) {
    throw new KoffError('UNSUPPORTED', `java here is version ${version}: ${installJava}`)
  }
  return version
}

export interface Compilation {
  readonly classPath: string
  readonly sources: readonly string[]
  /** An empty folder, for the classes. */
  readonly into: string
}

/** Compiles Java sources; fails with what javac said, or with one clear line when there is no `javac`. */
export async function compileJava({ classPath, sources, into }: Compilation): Promise<void> {
  await output('javac', ['-encoding', 'UTF-8', '-nowarn', '-cp', classPath, '-d', into, ...sources], installJava)
}

/** Runs a Java program to its end; gives what it printed, and fails with that. */
export function runJava(args: readonly string[]): Promise<string> {
  return output('java', args, installJava)
}

export interface MavenRun {
  /** Holds the pom.xml. */
  readonly cwd: string
  readonly args: readonly string[]
  /** For people, in an error: `Kafka 4.3.0`. */
  readonly what: string
  /** Once per file that came from the network, with its size in bytes (as rounded by Maven). */
  readonly onDownloaded: (bytes: number) => void
}

/** Runs `mvn`; fails with one clear line when it is missing, and with Maven's own first error when it fails. */
export async function runMaven({ cwd, args, what, onDownloaded }: MavenRun): Promise<void> {
  const child = spawn('mvn', ['-B', '-e', ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = exitOf(child, 'mvn', installMaven)
  ended.catch(() => undefined)
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const errors: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const size = downloadedBytes(line)
    if (size !== undefined) onDownloaded(size)
    if (line.startsWith('[ERROR]')) errors.push(line.slice('[ERROR]'.length).trim())
  }
  if ((await ended) !== 0) {
    throw new KoffError('UNSUPPORTED', `downloading ${what} with mvn failed: ${errors[0] ?? complaint.trim()}`)
  }
}

const units = new Map([
  ['B', 1],
  ['kB', 1_000],
  ['MB', 1_000_000],
  ['GB', 1_000_000_000],
])

/** `Downloaded from central: https://… (6.2 MB at 9.1 MB/s)` → 6200000; any other line → undefined. */
function downloadedBytes(line: string): number | undefined {
  const match = /Downloaded from .* \(([\d.]+) (\w+) at /.exec(line)
  const unit = units.get(match?.[2] ?? '')
  return unit === undefined ? undefined : Math.round(Number(match?.[1]) * unit)
}

async function output(command: string, args: readonly string[], install: string): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const code = await exitOf(child, command, install)
  const text = said.join('')
  if (code !== 0) throw new KoffError('UNSUPPORTED', `${command} failed with exit code ${code}:\n${text}`)
  return text
}

function exitOf(child: ReturnType<typeof spawn>, command: string, install: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('close', resolve)
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === 'ENOENT'
      const reason = missing ? `${command} is not on the PATH: ${install}` : `${command} cannot run: ${cause.message}`
      reject(new KoffError('UNSUPPORTED', reason, { cause }))
    })
  })
}
