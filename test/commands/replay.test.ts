import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runKoff } from './runKoff.ts'

const recording = fileURLToPath(new URL('../corpus/dev.records.ndjson.gz', import.meta.url))
const segments = fileURLToPath(new URL('../corpus/segments', import.meta.url))
const everything = ['--event', 'default', '--event', 'offset-committed', '--event', 'leader-changed'] as const

interface Line {
  readonly id: string
  readonly type: string
  readonly group: string
  readonly source: { readonly partition: number; readonly timestamp: number }
}

async function replay(...args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runKoff(['replay', ...args])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout.split('\n').filter(line => line !== '')
}

/** Timed events and snapshots are anchored to records that may be older. */
const isOfRecords = (line: string) => /^\d+-\d+-\d+$/.test(parsed(line).id)
const parsed = (line: string) => JSON.parse(line) as Line

describe('koff replay', () => {
  it('is byte for byte the same twice', async () => {
    const first = await runKoff(['replay', ...everything, recording])
    expect(first.stdout.length).toBeGreaterThan(100_000)
    expect((await runKoff(['replay', ...everything, recording])).stdout).toBe(first.stdout)
  })

  it('gives the same for segments and their recording, group by group', async () => {
    const byGroup = (lines: readonly string[]) => Map.groupBy(lines, line => parsed(line).group)
    expect(byGroup(await replay(...everything, segments))).toEqual(byGroup(await replay(...everything, recording)))
  })

  it('--live-from in the middle of a transaction: its commits are history, its marker is news', async () => {
    const all = (await replay(...everything, recording)).filter(isOfRecords)
    // The marker of the first transaction of dev-txn-simple; what it commits came earlier.
    const marker = all.map(parsed).find(({ group }) => group === 'dev-txn-simple')
    const from = marker?.source.timestamp ?? 0
    const live = await replay(...everything, '--live-from', String(from), recording)
    const news = live.filter(isOfRecords)
    expect(news).toEqual(all.filter(line => parsed(line).source.timestamp >= from))
    expect(news.map(line => parsed(line).id)).toContain(marker?.id)
    expect(live.filter(line => parsed(line).type === 'koff-caught-up')).toHaveLength(4)
  })

  it('--live-from: at the end of history, every group that lives is shown once', async () => {
    const from = '1795423696500'
    const snapshots = (await replay('--live-from', from, recording)).map(parsed)
    const shown = snapshots.filter(({ type }) => type === 'group-snapshot').map(({ group }) => group)
    const { stdout } = await runKoff(['groups', '--at', String(Number(from) - 1), recording])
    const there = stdout.split('\n').flatMap(line => (line === '' ? [] : [parsed(line).group]))
    expect(shown.toSorted()).toEqual(there)
    expect(there.length).toBeGreaterThan(5)
  })
})
