import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { drawn, openBrowser, openPage } from '../browser/harness.ts'

/** Pictures of the page at `url`, for the README. Gives the names of the files. */
export async function takeScreenshots(url: string, folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true })
  await using browser = await openBrowser()
  await using opened = await openPage(browser, url, { viewport: { width: 1280, height: 760 } })
  const { page } = opened
  const shoot = async (name: string) => {
    const path = join(folder, `${name}.png`)
    await page.waitForTimeout(1_500)
    await page.screenshot({ path })
    return path
  }
  await page.goto(`${url}?sort=conditions&order=desc`)
  await page.locator('.row a.cover').first().waitFor()
  const groups = await shoot('groups')
  await page.setViewportSize({ width: 1280, height: 1000 })
  await page.goto(`${url}group?group=billing`)
  await drawn(page)
  return [groups, await shoot('group')]
}
