import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../clients/until.ts'
import { runKoff } from '../commands/runKoff.ts'
import { startKoff } from './koff.ts'
import { type Night, startNight } from './night.ts'

/*
 * The questions of docs/on-call.md, each by its one command, on the cluster of that page. The page shows what koff prints there:
 * times, ids, durations and counts may differ, words and partitions may not. `…` stands for what the page leaves out.
 * KOFF_UPDATE_DOCS=1 writes the output into the page.
 */

process.env['TZ'] = 'UTC'

const page = fileURLToPath(new URL('../../docs/on-call.md', import.meta.url))
const text = readFileSync(page, 'utf8')
const blocks = [...text.matchAll(/^```\n\$ koff (.*)\n([^]*?)^```/gm)].map(([, command = '', shown = '']) => {
  return { command, shown }
})
const variables = { COLUMNS: '100' }
let night: Night

beforeAll(async () => {
  night = await startNight()
}, 300_000)

afterAll(async () => {
  await night?.[Symbol.asyncDispose]()
})

interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/** The output of a command of the page, as on a terminal of 100 columns. */
async function printed(command: string): Promise<Printed> {
  const words = command
    .split(' ')
    .map(word => (word === 'koff.yaml' ? night.config : word))
    .map((word, at, all) => (all[at - 1] === '--at' ? `@${night.calm}` : word))
  const isLive = words[0] === 'events' && !words.includes('--no-follow')
  const args = [...words, ...(words[0] === 'status' ? [] : ['--brokers', night.bootstrap]), '-o', 'human']
  if (!isLive) return runKoff(args, { variables })
  await using following = startKoff(args, variables)
  await until({ what: 'koff', ask: async () => following.stderr(), good: found => found.includes('following') })
  return { stdout: `${following.lines().join('\n')}\n`, stderr: following.stderr() }
}

/** What stays the same from one cluster to the next. Partitions in brackets stay. */
function shapeOf(output: string): string {
  return output
    .replaceAll(/^── .* ──$/gm, '── day ──')
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'date')
    .replaceAll(/\d\d:\d\d:\d\d/g, 'time')
    .replaceAll(/\/[0-9a-f]{8}\b/g, '/id')
    .replaceAll(/\S+\/\d+$/gm, 'host/pid')
    .replaceAll(/>?(\d+(ms|[dhms]))+(-(\d+(ms|[dhms]))+)?/g, 'duration')
    .replaceAll(/\b\d+-\d+-\d+\b/g, 'event-id')
    .replaceAll(/(?<![[\d,-])\b\d[\d,.]*k?\b(?![\d,-]*\])/g, 'n')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

function notesOf(shown: string): string {
  return shown
    .split('\n')
    .filter(line => line.startsWith('koff: '))
    .join('\n')
}

/** The parts of a block between `…`, without the notes on standard error. */
function partsOf(shown: string): string[] {
  const lines = shown.split('\n').filter(line => !line.startsWith('koff: '))
  return lines
    .join('\n')
    .split(/^…$/m)
    .map(shapeOf)
    .filter(part => part !== '')
}

describe('at 3 a.m. one command answers', () => {
  it('each of the nine questions, with the output that the page shows', () => {
    expect(blocks.map(({ command }) => command.split(' ')[0])).toEqual([
      'group',
      'group',
      'events',
      'groups',
      'events',
      'events',
      'events',
      'status',
      'conditions',
    ])
  })

  it.each(blocks)('koff $command', async ({ command, shown }) => {
    // Groups whose lag began in the same second come in any order.
    const parts = command.includes('--sort') ? partsOf(shown.replaceAll('\n', '\n…\n')) : partsOf(shown)
    const isThere = ({ stdout }: Printed) => parts.every(part => shapeOf(stdout).includes(part))
    let output = await printed(command)
    if (process.env['KOFF_UPDATE_DOCS'] === '1') {
      writeFileSync(
        page,
        readFileSync(page, 'utf8').replace(shown, () => `${output.stderr}${output.stdout}`),
      )
      return
    }
    // koff run commits its state a moment later than the cluster changes.
    for (let tries = 0; tries < 20 && !isThere(output); tries += 1) output = await printed(command)
    expect(shapeOf(output.stderr)).toBe(shapeOf(notesOf(shown)))
    const actual = shapeOf(output.stdout)
    for (const part of parts) expect(actual).toContain(part)
  })

  it('and a group that is not there is named with the nearest, exit code 1', async () => {
    const { code, stderr } = await runKoff(['group', 'order-app', '--brokers', night.bootstrap], { variables })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'koff: no such group: "order-app"; did you mean orders-app?\n',
    })
  })

  it('an event in full, by the id that the others show', async () => {
    const asked = ['events', '--tail', '1', '--no-follow', '--event', 'rebalance', '--group', 'orders-app', '--json']
    const { stdout } = await runKoff([...asked, '--brokers', night.bootstrap], { variables })
    const { id } = JSON.parse(stdout) as { readonly id: string }
    const { code, stdout: shown } = await runKoff(['event', id, '--brokers', night.bootstrap, '-o', 'human'], {
      variables,
    })
    expect(code).toBe(0)
    expect(shown).toContain(`  id  ${id}\n`)
    expect(shown).toContain('clientId  till-flappy')
  })
})
