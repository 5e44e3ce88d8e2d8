import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kafkaJars } from '../servers/maven.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { compileJava, requireJava } from '../servers/toolchain.ts'

/** Kafka's own classes, asked about records: Oracle.java, compiled against the jars of the servers. */
export interface Oracle extends AsyncDisposable {
  /** `count` random records of every type and version in turn, with Kafka's reading; read as fast as they are taken. */
  made(seed: number, count: number): AsyncGenerator<MadeRecord>
  /** A process that reads what it is given. */
  reader(): OracleReader
}

export interface MadeRecord {
  readonly key: Buffer
  readonly value: Buffer | null
  /** As JSON; int64 that are no safe integers as strings. */
  readonly reading: string
}

export interface OracleReader extends AsyncDisposable {
  /** In order: Kafka's reading as JSON, or `!` and why Kafka refuses. One call at a time. */
  read(records: readonly { readonly key: Buffer | null; readonly value: Buffer | null }[]): Promise<string[]>
}

export async function startOracle(): Promise<Oracle> {
  await requireJava()
  const jars = join(await kafkaJars(), '*')
  const classes = await temporaryFolder('oracle')
  const sources = ['Oracle', 'KafkaReading', 'RandomMessages'].map(name =>
    fileURLToPath(new URL(`${name}.java`, import.meta.url)),
  )
  await compileJava({ classPath: jars, sources, into: classes })
  const classPath = `${classes}:${jars}`
  return {
    made: (seed, count) => made(classPath, seed, count),
    reader: () => startReader(classPath),
    [Symbol.asyncDispose]: () => removeTemporary(classes),
  }
}

async function* made(classPath: string, seed: number, count: number): AsyncGenerator<MadeRecord> {
  const java = startJava(classPath, ['make', String(seed), String(count)])
  try {
    for await (const line of java.lines) {
      const keyEnd = line.indexOf(' ')
      const valueEnd = line.indexOf(' ', keyEnd + 1)
      const value = line.slice(keyEnd + 1, valueEnd)
      yield {
        key: Buffer.from(line.slice(0, keyEnd), 'base64'),
        value: value === '-' ? null : Buffer.from(value, 'base64'),
        reading: line.slice(valueEnd + 1),
      }
    }
    await java.ended
  } finally {
    java.child.kill()
  }
}

function startReader(classPath: string): OracleReader {
  const java = startJava(classPath, ['read'])
  const { lines } = java
  return {
    async read(records) {
      // Answers are taken while questions are still being written: neither pipe can fill up and stop both sides.
      java.child.stdin.write(records.map(({ key, value }) => `${base64(key)} ${base64(value)}\n`).join(''))
      const answers: string[] = []
      while (answers.length < records.length) {
        const { done, value } = await lines.next()
        if (done) {
          await java.ended
          throw new Error(`the oracle ended after ${answers.length} of ${records.length} answers`)
        }
        answers.push(value)
      }
      return answers
    },
    async [Symbol.asyncDispose]() {
      java.child.stdin.end()
      await java.ended
    },
  }
}

function base64(bytes: Buffer | null): string {
  return bytes === null ? '-' : bytes.toString('base64')
}

function startJava(classPath: string, args: readonly string[]) {
  const child = spawn(
    'java',
    ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath, 'Oracle', ...args],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => (code === 0 ? resolve() : reject(new Error(`Oracle ${args[0]}: exit code ${code}`))))
  })
  // Both are told by the lines that end too early.
  ended.catch(() => undefined)
  child.stdin.on('error', () => undefined)
  return { child, ended, lines: linesOf(child.stdout.setEncoding('utf8')) }
}

/** Lines end at LF only: node:readline also ends them at U+2028, which JSON may hold. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string, undefined> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  return undefined
}
