import { PassThrough, Readable } from 'node:stream'
import { main } from '../../src/commands/main.ts'
import { Interruption } from '../../src/terminal/shell.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly stdin?: string | Buffer
  readonly variables?: NodeJS.ProcessEnv
  /** True: standard output is a terminal. */
  readonly onTerminal?: boolean
  /** What the process would end with if a signal came before the first byte was read. */
  readonly interruptedWith?: number
  /** Ctrl-C as soon as standard output or standard error has such a text: for commands that serve until then. */
  readonly interruptedAfter?: RegExp
}

/** Runs a command line inside this process, with streams of its own. */
export async function runKoff(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { stdin = '', variables = {}, onTerminal = false, interruptedWith, interruptedAfter } = options
  const stdout = Object.assign(new PassThrough(), { isTTY: onTerminal })
  const stderr = new PassThrough()
  const texts = Promise.all([textOf(stdout), textOf(stderr)])
  const ending = new AbortController()
  if (interruptedWith !== undefined) ending.abort(new Interruption(interruptedWith))
  if (interruptedAfter !== undefined) {
    for (const stream of [stdout, stderr]) {
      stream.on('data', (chunk: Buffer) => {
        if (interruptedAfter.test(chunk.toString())) ending.abort(new Interruption(130))
      })
    }
  }
  const { signal } = ending
  const code = await main(args, { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr, variables, signal })
  stdout.end()
  stderr.end()
  const [out, err] = await texts
  return { code, stdout: out, stderr: err }
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks).toString('utf8')
}
