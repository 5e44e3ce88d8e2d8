import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batchAt, recordingOf } from '../commands/handMade.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { classicOf, commitOf } from '../state/batchOf.ts'
import { drawn, openBrowser, openPage, type ServedPage, startPage } from './harness.ts'
import { hostileNames } from './names.ts'

const recording = 'test/corpus/dev.records.ndjson.gz'
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

let browser: Browser
let served: ServedPage
let folder: string

beforeAll(async () => {
  folder = await temporaryFolder('page')
  browser = await openBrowser()
  served = await startPage(recording)
})
afterAll(async () => {
  await browser.close()
  await served[Symbol.asyncDispose]()
  await removeTemporary(folder)
})

/** Violations of WCAG 2.2 A and AA that axe finds. */
async function violations(page: Page): Promise<readonly string[]> {
  // The page's policy takes no script from a string; the test's own comes in by the debugger, beside the policy.
  await page.evaluate(readFileSync(axe, 'utf8'))
  const found = await page.evaluate(async () => {
    type Axe = {
      readonly run: (
        of: Document,
        options: object,
      ) => Promise<{
        readonly violations: readonly {
          readonly id: string
          readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
        }[]
      }>
    }
    const { axe: checker } = window as unknown as { readonly axe: Axe }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const { violations: all } = await checker.run(document, { runOnly: { type: 'tag', values: tags } })
    return all.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html, failureSummary }) => `${html} ${failureSummary}`)
          .join(' | ')}`,
    )
  })
  return found
}

const timeline = '/group?group=dev-c848&from=2026-11-23T08:46:50Z&to=2026-11-23T08:47:45Z'

describe.each(['light', 'dark'] as const)('in %s', colorScheme => {
  const places = {
    groups: '/',
    'groups, none of which fits': '/?q=nothing-is-called-so',
    'a group': timeline,
    'a group with a cursor and an event': `${timeline}&at=2026-11-23T08:47:13Z&event=1-94-0`,
    'a group that is not there': '/group?group=nobody',
    'a rebalance': '/rebalance?group=dev-c848&id=1-94-0',
    events: '/events',
    'an event': '/events?event=1-94-0&from=2026-11-23T08:00:00Z',
    now: '/now',
    'no page': '/nothing',
  }
  test.each(Object.entries(places))('axe finds no violation in %s', async (_, path) => {
    for (const width of [1440, 390]) {
      await using opened = await openPage(browser, served.url + path, { colorScheme, viewport: { width, height: 844 } })
      await settled(opened.page)
      expect(await violations(opened.page)).toEqual([])
      expect(await opened.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      const unexpected = opened.faults.filter(fault => !fault.includes('404'))
      expect(unexpected).toEqual([])
    }
  })
})

/** Until nothing is loading any more. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('main')?.textContent !== '')
  await page.waitForFunction(() => document.querySelector('.loading, .bone') === null)
  await page.waitForTimeout(250)
}

test('the URL restores what was searched, sorted and filtered', async () => {
  await using first = await openPage(browser, served.url)
  await first.page.getByLabel('Search groups').fill('storm-1')
  await first.page.getByLabel('Kind').selectOption('simple')
  await first.page.getByRole('button', { name: 'Group', exact: true }).click()
  const names = (page: Page) => page.locator('.row a.cover').allTextContents()
  await expect.poll(() => names(first.page)).toContain('dev-storm-1')
  await expect.poll(async () => (await names(first.page))[0]).toBe('dev-storm-19')
  await using second = await openPage(browser, first.page.url())
  await expect.poll(() => names(second.page)).toEqual(await names(first.page))
  expect(await second.page.getByLabel('Search groups').inputValue()).toBe('storm-1')
})

test('the URL restores a view that was zoomed, with its cursor', async () => {
  await using first = await openPage(browser, `${served.url}/group?group=dev-c848`)
  await drawn(first.page)
  await first.page.getByRole('button', { name: 'Zoom in' }).click()
  await first.page.getByRole('button', { name: 'Zoom in' }).click()
  const lanes = await first.page.locator('[data-panel="partitions"]').boundingBox()
  await first.page.mouse.click((lanes?.x ?? 0) + 600, (lanes?.y ?? 0) + 30)
  const parameters = () => [...new URL(first.page.url()).searchParams.keys()].sort()
  await expect.poll(parameters).toEqual(['at', 'event', 'from', 'group', 'to'])
  const caption = (page: Page) => page.getByText(/^Owners of partitions, /).textContent()
  const told = (page: Page) => page.locator('[data-at]').getAttribute('data-at')
  await expect.poll(() => told(first.page)).not.toBeNull()
  await using second = await openPage(browser, first.page.url())
  await drawn(second.page)
  await expect.poll(() => told(second.page)).toBe(await told(first.page))
  await expect.poll(() => caption(second.page)).toBe(await caption(first.page))
})

test('the keyboard alone finds a group, moves in its timeline, and opens a rebalance', async () => {
  await using opened = await openPage(browser, served.url)
  const { page } = opened
  await settled(page)
  await page.keyboard.press('/')
  await page.keyboard.type('c848')
  await expect.poll(() => page.url()).toContain('q=c848')
  await expect.poll(() => page.locator('.row a.cover').count()).toBeLessThan(5)
  await page.evaluate(() => history.replaceState(null, '', '/'))
  await page.goto(`${served.url}/?q=storm`)
  await settled(page)
  await tabTo(page, 'a.cover')
  await page.keyboard.press('ArrowDown')
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('dev-storm-1')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain('/group?group=dev-storm-1')

  await page.goto(served.url + timeline)
  await drawn(page)
  await tabTo(page, '.timeline')
  const before = page.url()
  await page.keyboard.press('+')
  await expect.poll(() => page.url()).not.toBe(before)
  await page.keyboard.press('0')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press(',')
  await expect.poll(() => page.locator('#timeline-said').textContent()).toMatch(/t-a-0 at \d\d:\d\d:\d\d: /)
  await page.getByRole('button', { name: 'Tables' }).focus()
  await page.keyboard.press('Enter')
  await tabTo(page, 'table button.link:text-matches("^Rebalance")')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.getByRole('link', { name: 'Before and after' }).count()).toBe(1)
  await tabTo(page, 'a:text("Before and after")')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('Rebalance')
  await page.goBack()
  await drawn(page)
  await page.keyboard.press('Escape')
  await expect.poll(() => page.url()).not.toContain('event=')
})

/** Presses Tab until an element has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  const wanted = page.locator(selector).first()
  for (let presses = 0; presses < 200; presses++) {
    if (await wanted.evaluate(element => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not reach ${selector}`)
}

test('no name of a group, topic or client can inject anything', async () => {
  const file = join(folder, 'hostile.ndjson')
  const batches = hostileNames.flatMap((name, at) => [
    batchAt({ offset: at * 4, minutes: at }, commitOf(name, name || 'topic', 0, at)),
    batchAt(
      { offset: at * 4 + 1, minutes: at + 0.5 },
      classicOf(name, 1, [{ id: `${name}-id`, clientId: name, assigned: { [name || 'topic']: [0, 1] } }]),
    ),
  ])
  await writeFile(file, recordingOf(...batches))
  await using hostile = await startPage(file)
  await using opened = await openPage(browser, hostile.url)
  const { page, faults } = opened
  await settled(page)
  const links = await page
    .locator('.row a.cover')
    .evaluateAll(found => found.map(link => (link as HTMLAnchorElement).href))
  expect(links).toHaveLength(hostileNames.length)
  const seen: string[] = []
  for (const href of links) {
    await page.goto(href)
    await settled(page)
    seen.push((await page.getByRole('heading', { level: 1 }).textContent()) ?? '')
    await page.goto(`${hostile.url}/events?group=${new URL(href).searchParams.get('group') ?? ''}`)
    await settled(page)
  }
  expect(seen.map(name => (name === '(empty id)' ? '' : name)).sort()).toEqual([...hostileNames].sort())
  await page.goto(`${hostile.url}/now`)
  await settled(page)
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  expect(await page.locator('main script, main img, main iframe').count()).toBe(0)
  expect(faults.filter(fault => !fault.includes('404'))).toEqual([])
})

test('10,000 groups are found, sorted and scrolled through', async () => {
  const file = join(folder, 'many.ndjson')
  const size = 200
  const batches = Array.from({ length: 10_000 / size }, (_, batch) =>
    batchAt(
      { offset: batch * size, minutes: batch },
      ...Array.from({ length: size }, (_unused, at) => {
        const number = batch * size + at
        return commitOf(`group-${String(number).padStart(5, '0')}`, 'orders', 0, number)
      }),
    ),
  )
  await writeFile(file, recordingOf(...batches))
  await using many = await startPage(file)
  await using opened = await openPage(browser, many.url)
  const { page } = opened
  await page.getByText('10,000 groups').waitFor()
  const rows = page.locator('.row')
  expect(await rows.count()).toBeLessThan(60)
  expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('10001')
  const body = page.locator('.rows-body')
  await body.evaluate(element => element.scrollTo(0, element.scrollHeight))
  await expect.poll(() => page.locator('.row a.cover').last().textContent(), { timeout: 20_000 }).toBe('group-09999')
  await page.getByLabel('Search groups').fill('group-0777')
  await expect.poll(() => page.locator('.row a.cover').allTextContents()).toHaveLength(10)
  await page.getByLabel('Search groups').fill('')
  await page.getByRole('button', { name: 'Group', exact: true }).click()
  await expect.poll(() => page.locator('.row a.cover').first().textContent()).toBe('group-09999')
})

test('where koff cannot be reached, the page says so and what to do', async () => {
  await using opened = await openPage(browser, served.url)
  const { page } = opened
  await settled(page)
  await page.route('**/api/**', route => route.abort())
  await page.getByRole('link', { name: 'Events' }).click()
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('No connection to koff')
  await page.unroute('**/api/**')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => page.locator('.event').count()).toBeGreaterThan(0)
})

test('the events of the page are those of the command that it copies', async () => {
  await using opened = await openPage(browser, `${served.url}/events?severity=warn&groups=dev-admin*`)
  const { page } = opened
  await expect.poll(() => page.locator('.event').count()).toBeGreaterThan(0)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy command' }).click()
  const command = await page.evaluate(() => navigator.clipboard.readText())
  expect(command).toBe("koff history events --group 'dev-admin*' --severity warn")
  await page.getByRole('button', { name: 'Copy JSON' }).click()
  const lines = (await page.evaluate(() => navigator.clipboard.readText())).split('\n')
  expect(lines.every(line => (JSON.parse(line) as { readonly group: string }).group.startsWith('dev-admin'))).toBe(true)
})
