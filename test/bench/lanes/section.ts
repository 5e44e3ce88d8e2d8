import { cpus } from 'node:os'
import { openPageFiles } from '../../../src/web/page/files.ts'
import { drawn, openBrowser } from '../../browser/harness.ts'
import { largeAnswers } from '../../browser/largeGroup.ts'
import { type Figures, zoomed } from './zoom.ts'

const shape = { lanes: 500, intervals: 100_000, owners: 200, rebalances: 10_000 } as const

/** Zooms into a large group and out again, and says how long frames took, as a section of docs/benchmarks.md. */
export async function lanesSection(): Promise<string> {
  const files = await openPageFiles()
  const answers = largeAnswers(shape)
  await using browser = await openBrowser()
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.route('**', route => {
    const url = new URL(route.request().url())
    const answer = answers(url)
    if (answer !== null) return route.fulfill({ contentType: 'application/json', body: answer })
    const file = files.file(url.pathname, '')
    return file === null
      ? route.fulfill({ status: 404 })
      : route.fulfill({ headers: { ...file.headers }, body: file.body })
  })
  await page.goto('http://koff.test/group?group=large')
  await drawn(page)
  await page.waitForTimeout(2_000)
  await zoomed(page)
  const scrolled = await zoomed(page)
  await page.getByRole('button', { name: 'All lanes at once' }).click()
  await page.waitForTimeout(500)
  await zoomed(page)
  const all = await zoomed(page)
  const count = new Intl.NumberFormat('en')
  const { lanes, intervals, owners, rebalances } = shape
  return `Made by \`npm run bench -- lanes\`. The page zooms 240 frames into a group and out again: ${lanes} partitions with
${count.format(intervals)} intervals of ${owners} members, ${count.format(rebalances)} rebalances, two curves of 600 points. Headless Chromium ${browser.version()} without a GPU,
1440 × 900, ${cpus().length} cores. Script and drawing by \`performance.measure\`, and the time from one frame to the next, in ms.

| lanes in view | frame, median | p99 | between frames, median | p99 |
|---|---|---|---|---|
| those that fit, the others by scrolling | ${row(scrolled)} |
| all ${lanes} at once | ${row(all)} |
`
}

function row({ frames, gaps }: Figures): string {
  return [frames, gaps].flatMap(values => [share(values, 0.5), share(values, 0.99)]).join(' | ')
}

function share(values: readonly number[], part: number): string {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(1)
}
