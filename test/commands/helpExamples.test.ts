import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runKoff } from './runKoff.ts'

/*
 * Every example of every help is a command line that koff takes: without a cluster each ends with the error that there is none,
 * or does its work. test/e2e/helpExamples.test.ts runs them against one.
 */

const home = mkdtempSync(join(tmpdir(), 'koff-examples-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const commands = (await runKoff(['--help'])).stdout
  .split('\n')
  .flatMap(line => /^ {2}([a-z]+) /.exec(line)?.[1] ?? [])
  .flatMap(name => (name === 'config' ? ['config check', 'config schema'] : name === 'history' ? [] : [name]))

/** The lines below `Examples:`; of a pipe, koff's part. */
async function examplesOf(command: string): Promise<string[]> {
  const { stdout } = await runKoff([...command.split(' '), '--help'])
  return [...stdout.matchAll(/^ {2}(?:\w+ \S+ \| )?(koff [^|>\n]*)/gm)].map(([, example = '']) => example.trim())
}

/** As a shell splits it. */
function wordsOf(line: string): string[] {
  return execFileSync('bash', ['-c', `set -f; printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(1, -1)
}

describe.each(commands)('the examples of koff %s', command => {
  it('are command lines that koff takes', async () => {
    const examples = await examplesOf(command)
    expect(examples.length).toBeGreaterThan(0)
    const variables = { KOFF_BROKERS: '127.0.0.1:1', KOFF_CONNECT_TIMEOUT_MS: '100' }
    writeFileSync(join(home, 'koff.yaml'), 'kafka: { brokers: "127.0.0.1:1", connectTimeoutMs: 100 }\n')
    for (const example of examples) {
      const words = wordsOf(example)
        .map(word => word.replace(/^kafka-1:9092$/, '127.0.0.1:1').replace(/^koff\.yaml$/, join(home, 'koff.yaml')))
        .map(word => (/^incident\.ndjson\.gz$/.test(word) ? join(home, word) : word))
      const { code, stderr } = await runKoff(words, { variables })
      // 1: there is no cluster, no such file. 2 is a command line that is wrong, or one that needs a terminal.
      const isTaken = code === 0 || code === 1 || (code === 2 && stderr.includes('needs a terminal'))
      expect({ example, stderr, isTaken }).toEqual({ example, stderr, isTaken: true })
    }
  })
})
