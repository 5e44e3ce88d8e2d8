import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { runKoff } from './runKoff.ts'

/*
 * Every command, as the help lists them, has examples, and each example is a command line that koff accepts. There is a history
 * and no cluster: an example does its work, or ends with the error that there is no cluster, file or group of that name.
 */

const home = mkdtempSync(join(tmpdir(), 'koff-examples-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const recording = fileURLToPath(new URL('../corpus/old282.records.ndjson.gz', import.meta.url))
const history = join(home, 'koff-history.db')
await runKoff(['replay', recording, '--history', history, '-o', 'json'])
writeFileSync(
  join(home, 'koff.yaml'),
  'kafka: { brokers: "127.0.0.1:1", connectTimeoutMs: 100 }\nsinks: [{ type: kafka, topic: koff.events, format: json }]\n',
)
writeFileSync(join(home, 'token'), 'of-the-examples-0123456789\n')
const variables = {
  KOFF_BROKERS: '127.0.0.1:1',
  KOFF_CONNECT_TIMEOUT_MS: '100',
  KOFF_HISTORY: history,
  KOFF_HTTP_PORT: '0',
}

async function helpOf(command: string): Promise<string> {
  return (await runKoff([...command.split(' ').filter(word => word !== ''), '--help'])).stdout
}

/** The commands below this one that have no further commands. */
async function commandsBelow(command: string): Promise<string[]> {
  const [, listed = ''] = /^Commands:\n((?: .*\n?)*)/m.exec(await helpOf(command)) ?? []
  const names = [...listed.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => `${command} ${name}`.trim())
  if (names.length === 0) return [command]
  return (await Promise.all(names.map(commandsBelow))).flat()
}

const commands = await commandsBelow('')

/** The lines that begin with koff; of a pipe, koff's part. */
function examplesIn(help: string): string[] {
  return [...help.matchAll(/^ {2}(?:\w+ \S+ \| )?(koff [^|>\n]*)/gm)].map(([, example = '']) => example.trim())
}

/** As a shell splits it, with files in a folder of this test. */
function wordsOf(line: string): string[] {
  const words = execFileSync('bash', ['-c', `set -f; printf '%s\\0' ${line}`], { encoding: 'utf8' })
  return words
    .split('\0')
    .slice(1, -1)
    .map(word => word.replace(/^kafka-1:9092$/, '127.0.0.1:1').replace(/^\/backup\//, ''))
    .map(word => (/^(token|[a-z][\w-]*\.(yaml|db|parquet|ndjson\.gz))$/.test(word) ? join(home, word) : word))
}

it('finds the commands at every depth', () => {
  expect(commands).toEqual(expect.arrayContaining(['events', 'config check', 'history owner', 'history backup']))
})

describe.each(commands)('the examples of koff %s', command => {
  it('are command lines that koff accepts', async () => {
    const examples = examplesIn(await helpOf(command))
    expect(examples.filter(example => `${example} `.startsWith(`koff ${command} `))).not.toEqual([])
    for (const example of examples) {
      const { code, stderr } = await runKoff(wordsOf(example), { variables, interruptedAfter: /http:\/\/[\d.]+:\d+/ })
      // 130: it served until Ctrl-C. 1: there is no cluster, no such file or group. 3: the history does not cover that time. 2 is a command line that is
      // wrong, or one that needs a terminal.
      const isAccepted = [0, 1, 3, 130].includes(code) || (code === 2 && stderr.includes('needs a terminal'))
      const isFault = stderr.includes('a fault of koff itself')
      expect({ example, stderr, isAccepted, isFault }).toEqual({ example, stderr, isAccepted: true, isFault: false })
    }
  })
})
