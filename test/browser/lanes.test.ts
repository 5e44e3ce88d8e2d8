import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runKoff } from '../commands/runKoff.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { drawn, openBrowser, openPage, type ServedPage, startPage } from './harness.ts'

const recording = 'test/corpus/dev.records.ndjson.gz'
/** One of each kind and client whose partitions moved. */
const groups = [
  'dev-c848',
  'dev-classic-range',
  'dev-classic-static',
  'dev-franz-848',
  'dev-kafkajs',
  'dev-migr',
  'dev-share',
]

let browser: Browser
let served: ServedPage
let folder: string
let history: string

beforeAll(async () => {
  folder = await temporaryFolder('page')
  history = join(folder, 'history.db')
  await runKoff(['replay', '--history', history, recording])
  browser = await openBrowser()
  served = await startPage(recording)
})
afterAll(async () => {
  await browser.close()
  await served[Symbol.asyncDispose]()
  await removeTemporary(folder)
})

interface Owned {
  readonly memberId: string
  readonly from: number
  readonly to: number | null
}

/** What `koff history owner` says of partitions, `topic-partition`. */
async function ownersIn(group: string, places: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = []
  for (const place of new Set(places)) {
    const cut = place.lastIndexOf('-')
    const question = ['history', 'owner', place.slice(0, cut), place.slice(cut + 1), '--group', group]
    const { stdout } = await runKoff([...question, '--since', '2026-11-01', '--history', history, '-o', 'json'])
    const rows = stdout
      .trim()
      .split('\n')
      .filter(line => line !== '')
    for (const row of rows) {
      const { memberId, from, to } = JSON.parse(row) as Owned
      lines.push(`${place} ${memberId} ${from} ${to}`)
    }
  }
  return lines.sort()
}

describe.each(groups)('the lanes of %s', group => {
  test('are drawn from the intervals of koff history, and the tables say the same', async () => {
    await using opened = await openPage(browser, `${served.url}/group?group=${encodeURIComponent(group)}`)
    const { page, faults } = opened
    await drawn(page)
    const picture = await page.evaluate(() => {
      type Lanes = {
        readonly koffLanes: {
          readonly names: readonly string[]
          readonly data: {
            readonly offsets: Uint32Array
            readonly starts: Float64Array
            readonly ends: Float64Array
            readonly owners: Int32Array
          }
        }
      }
      const { names, data } = (document.querySelector('[data-panel="partitions"]') as unknown as Lanes).koffLanes
      return names.flatMap((name, lane) => {
        const found = []
        for (let at = data.offsets[lane] ?? 0; at < (data.offsets[lane + 1] ?? 0); at++) {
          found.push({ name, from: data.starts[at] ?? 0, to: data.ends[at] ?? 0, owner: data.owners[at] ?? 0 })
        }
        return found
      })
    })
    const timeline = await page.evaluate(async name => {
      const response = await fetch(`/api/timeline?group=${encodeURIComponent(name)}`)
      return (await response.json()) as { readonly owners: readonly { readonly memberId: string }[] }
    }, group)
    const expected = await ownersIn(
      group,
      picture.map(({ name }) => name),
    )
    const until = Math.max(...picture.map(({ to }) => to))
    const drawnLines = picture.map(({ name, from, to, owner }) => {
      const end = expected.some(line => line.endsWith(`${from} null`)) && to === until ? null : to
      return `${name} ${timeline.owners[owner]?.memberId ?? ''} ${from} ${end}`
    })
    expect(drawnLines.sort()).toEqual(expected)
    expect(expected.length).toBeGreaterThan(0)

    const rows = page.getByRole('table', { name: 'Owners of partitions' }).getByRole('row')
    const told = await rows.evaluateAll(elements =>
      elements.flatMap(row => {
        const name = row.querySelector('th[scope="row"]')?.textContent ?? ''
        return [...row.querySelectorAll<HTMLElement>('li[data-owner]')].map(
          ({ dataset }) => `${name} ${dataset['owner'] ?? ''} ${dataset['from'] ?? ''} ${dataset['to'] ?? ''}`,
        )
      }),
    )
    expect(told.sort()).toEqual(picture.map(({ name, from, to, owner }) => `${name} ${owner} ${from} ${to}`).sort())
    expect(faults).toEqual([])
  })

  test('have the rebalances of koff history', async () => {
    await using opened = await openPage(browser, `${served.url}/group?group=${encodeURIComponent(group)}`)
    await drawn(opened.page)
    const table = opened.page.getByRole('table', { name: 'Conditions, events and rebalances' })
    const told = await table.getByRole('button', { name: /^Rebalance( to|,|$)/ }).count()
    const { stdout } = await runKoff([
      'history',
      'rebalances',
      group,
      '--since',
      '2026-11-01',
      '--history',
      history,
      '-o',
      'json',
    ])
    expect(told).toBe(
      stdout
        .trim()
        .split('\n')
        .filter(line => line !== '').length,
    )
  })
})
