import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { runKoff } from './runKoff.ts'

async function completed(...words: readonly string[]): Promise<string[]> {
  const { stdout } = await runKoff(['completion', 'bash'])
  const ask = `COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _koff; echo "\${COMPREPLY[@]}"`
  const answer = execFileSync('bash', ['-c', `${stdout}\n${ask}`], { encoding: 'utf8' })
  return answer.trim().split(' ')
}

describe('completion in bash', () => {
  it('knows the commands, and those under a command', async () => {
    expect(await completed('koff', 'ev')).toEqual(['events', 'event'])
    expect(await completed('koff', 'config', '')).toEqual(expect.arrayContaining(['check', 'schema']))
  })

  it('knows the flags of a command, and the words that a flag takes', async () => {
    expect(await completed('koff', 'events', '--si')).toEqual(['--since'])
    expect(await completed('koff', 'events', '--group', 'a', '--severity', '')).toEqual(['info', 'warn', 'error'])
    expect(await completed('koff', 'config', 'check', '--he')).toEqual(['--help'])
  })
})

it.each(['zsh', 'fish'])('completion in %s names every command with what it does', async shell => {
  const { code, stdout } = await runKoff(['completion', shell])
  expect(code).toBe(0)
  expect(stdout).toMatch(/groups.*every group now, or at a time/)
  expect(stdout).toMatch(/severity/)
})

it('completion for a shell that koff does not know is refused with those that it knows', async () => {
  const { code, stderr } = await runKoff(['completion', 'fihs'])
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'koff: completion: unknown "fihs"; did you mean fish? known: bash, zsh, fish\n',
  })
})
