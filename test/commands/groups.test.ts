import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runKoff } from './runKoff.ts'

const recording = fileURLToPath(new URL('../corpus/dev.records.ndjson.gz', import.meta.url))
const segments = fileURLToPath(new URL('../corpus/segments', import.meta.url))

interface Line {
  readonly group: string
  readonly epoch: number
  readonly members: readonly { readonly clientId: string; readonly assignment: Readonly<Record<string, number[]>> }[]
}

async function groups(...args: readonly string[]): Promise<Line[]> {
  const { code, stdout, stderr } = await runKoff(['groups', ...args])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as Line]))
}

/** Who owned a partition then. */
async function owner(at: string, file: string): Promise<string | undefined> {
  const [found] = await groups('--at', at, '--group', 'dev-classic-range', file)
  return found?.members.find(({ assignment }) => assignment['t-a']?.includes(3))?.clientId
}

describe.each([
  ['a recording', recording],
  ['segments', segments],
])('koff groups on %s', (_, file) => {
  // The scenario of the recording: m2 had joined m1 by 11:58:28, m3 both of them by :32, and m2 left at :35.
  it('shows the owner of partition 3 at a time with one command', async () => {
    const [alone, joined, left] = [1_795_423_504_000, 1_795_423_508_151, 1_795_423_515_742]
    expect(await owner(String(alone), file)).toBe('dev-m1')
    expect(await owner(`@${joined}`, file)).toBe('dev-m2')
    expect(await owner(new Date(left).toISOString(), file)).toBe('dev-m3')
  })

  it('shows no group before its first record or after its tombstone', async () => {
    expect(await groups('--at', '1795423495000', file)).toEqual([])
    const names = (await groups('--at', '1795423729400', file)).map(({ group }) => group)
    expect(names).toContain('dev-share')
    expect((await groups('--at', '1795423729478', file)).map(({ group }) => group)).not.toContain('dev-share')
  })

  it('is byte for byte the same twice', async () => {
    const [first, second] = [await runKoff(['groups', file]), await runKoff(['groups', file])]
    expect(first.stdout.length).toBeGreaterThan(1_000)
    expect(second.stdout).toBe(first.stdout)
  })
})

it('is a table for people on a terminal, cut and sorted as one likes', async () => {
  const { stdout } = await runKoff(['groups', '--color', 'never', '--sort', 'members', '--limit', '2', recording], {
    onTerminal: true,
  })
  const [head = '', ...rows] = stdout.trimEnd().split('\n')
  expect(head).toMatch(/^GROUP +KIND +STATE +MEMBERS +PARTITIONS +LAG +LAG-TIME +LAST-REBALANCE +CONDITIONS$/)
  expect(rows).toHaveLength(2)
  const piped = await runKoff(['groups', '-o', 'human', '--sort', 'members', '--limit', '2', recording])
  // Ages go on.
  const still = (text: string) => text.replaceAll(/\S+ ago/g, 'ago').replaceAll(/ +/g, ' ')
  expect(still(piped.stdout)).toBe(still(stdout))
})

it('is the same from a recording and from the segments that it was made of', async () => {
  expect(await groups(segments)).toEqual(await groups(recording))
})
