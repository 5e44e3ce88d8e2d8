import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { runKoff } from '../commands/runKoff.ts'
import { otherShell } from '../servers/shells.ts'

/** The completion of koff in a zsh and a fish: what they offer after a line and Tab. */
const home = mkdtempSync(join(tmpdir(), 'koff-completion-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const lines = {
  'koff ev': ['event', 'events'],
  'koff events --sev': ['--severity'],
  'koff events --brokers a:9092 --severity ': ['error', 'info', 'warn'],
  'koff config ': ['check', 'schema'],
  'koff history gr': ['group', 'groups'],
  'koff groups -o json --sort lag': ['lag', 'lag-time'],
  'koff completion ': ['bash', 'fish', 'zsh'],
}

async function scriptOf(shell: string): Promise<string> {
  const script = join(home, `koff.${shell}`)
  writeFileSync(script, (await runKoff(['completion', shell])).stdout)
  return script
}

it('fish completes commands, flags and the words that they take', async () => {
  const { executable, functions, env } = await otherShell('fish')
  const script = await scriptOf('fish')
  const setup = functions === null ? '' : `set fish_function_path ${functions.join(' ')}; `
  const offered = (line: string) => {
    const command = `${setup}source ${script}; complete -C ${JSON.stringify(line)}`
    const options = { encoding: 'utf8', env: { ...process.env, ...env, HOME: home }, stdio: 'pipe' } as const
    const words = execFileSync(executable, ['--no-config', '-c', command], options).trim().split('\n')
    return words.map(word => word.split('\t')[0] ?? '').toSorted()
  }
  expect(Object.fromEntries(Object.keys(lines).map(line => [line, offered(line)]))).toEqual(lines)
})

it('zsh completes commands, flags and the words that they take', async () => {
  const { executable, functions, modules, env } = await otherShell('zsh')
  const paths = [
    ...(modules === null ? [] : [`module_path=(${modules})`]),
    ...(functions === null ? [] : [`fpath=(${functions.join(' ')})`]),
  ]
  writeFileSync(join(home, '.zshenv'), `${paths.join('\n')}\n`)
  const answer = execFileSync(
    executable,
    ['-d', fileURLToPath(new URL('completion.zsh', import.meta.url)), await scriptOf('zsh'), ...Object.keys(lines)],
    {
      encoding: 'utf8',
      env: { ...process.env, ...env, ZDOTDIR: home, ZSH_EXECUTABLE: executable, TERM: 'xterm' },
      timeout: 60_000,
    },
  )
  const offered = answer
    .split(/^== /m)
    .slice(1)
    .map(part => part.trimEnd().split('\n'))
    .map(([line = '', ...words]) => [line, [...new Set(words)].toSorted()])
  expect(Object.fromEntries(offered)).toEqual(Object.fromEntries(Object.entries(lines)))
})
