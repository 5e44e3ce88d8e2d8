import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../clients/until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Starts a command whose descendants, and their temporary files, can be told from all others. */
function start(command: string, args: readonly string[]) {
  const mark = `KOFF_DEMO_TEST=${process.pid}-${Math.random()}`
  const [name = '', value = ''] = mark.split('=')
  const temporary = mkdtempSync(join(tmpdir(), 'koff-demo-test-'))
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }))
  const env = { ...process.env, [name]: value, TMPDIR: temporary }
  const child = spawn(command, args, { cwd: root, env, stdio: 'pipe' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  return {
    child,
    ended,
    output: () => stripVTControlCharacters(output),
    running: () => processesWith(mark),
    /** Processes, and files; Node's cache of compiled modules is to stay. */
    left: () => [...processesWith(mark), ...readdirSync(temporary).filter(file => file.startsWith('koff-'))],
  }
}

/** Command lines of processes that have this in their environment. */
function processesWith(mark: string): string[] {
  return readdirSync('/proc').flatMap(pid => {
    if (!/^\d+$/.test(pid)) return []
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)) return []
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 200)]
    } catch {
      // It ended meanwhile.
      return []
    }
  })
}

test('the demo shows the life of three groups, reads the same events back, ends well and leaves nothing running', async () => {
  const demo = start('npm', ['run', '--silent', 'demo'])
  const [code] = await demo.ended
  const output = demo.output()
  expect({ code, output }).toMatchObject({ code: 0 })
  expect(output).toMatch(/\n(\d+) events shown, \1 read back: the same\./)
  const told = (group: string) =>
    [...output.matchAll(new RegExp(`^[\\d:.]+ +\\w+ +${group} +(\\w+(?: \\w+)?) {2}`, 'gm'))].map(([, type]) => type)
  expect(told('shop')).toEqual(
    expect.arrayContaining([
      'member joined',
      'offset rewound',
      'member replaced',
      'member left',
      'group emptied',
      'offset reset',
      'group deleted',
    ]),
  )
  expect(told('billing')).toEqual(expect.arrayContaining(['rebalance started', 'rebalance', 'member left']))
  expect(told('reports')).toEqual(expect.arrayContaining(['rebalance', 'member left', 'group deleted']))
  await until({ what: 'the end of everything', ask: async () => demo.left(), good: left => left.length === 0 })
})

test('a demo that is interrupted leaves nothing running', async () => {
  const demo = start(process.execPath, ['test/demo/main.ts'])
  await until({ what: 'a first event', ask: async () => demo.output(), good: text => text.includes('member joined') })
  expect(demo.running().length).toBeGreaterThan(3)
  demo.child.kill('SIGINT')
  expect(await demo.ended).toEqual([130, null])
  await until({ what: 'the end of everything', ask: async () => demo.left(), good: left => left.length === 0 })
})
