import { type Browser, type BrowserContextOptions, type Page, chromium as playwright } from 'playwright-core'
import { type KoffProcess, startKoff } from '../e2e/koff.ts'
import { chromium } from '../servers/chromium.ts'

/** A headless Chromium without a GPU. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const { executable, env } = await chromium()
  const variables = Object.entries({ ...process.env, ...env }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return playwright.launch({ executablePath: executable, env: Object.fromEntries(variables), args: ['--disable-gpu'] })
}

export interface OpenedPage extends AsyncDisposable {
  readonly page: Page
  /** What the browser complained about: errors of scripts, and what the security policy refused. */
  readonly faults: string[]
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: 'UTC', ...options })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', error => faults.push(String(error)))
  page.on('console', message => {
    if (message.type() === 'error') faults.push(message.text())
  })
  await page.goto(url)
  return { page, faults, [Symbol.asyncDispose]: () => context.close() }
}

export interface ServedPage extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly koff: KoffProcess
}

/** `koff page` with these arguments, on a free port. */
export async function startPage(...args: readonly string[]): Promise<ServedPage> {
  const koff = startKoff(['page', '--port', '0', ...args])
  const line = await koff.line(text => text.startsWith('http://'))
  return { url: line.replace(/\/$/, ''), koff, [Symbol.asyncDispose]: () => koff[Symbol.asyncDispose]() }
}

/** Waits until the picture of a group is drawn. */
export async function drawn(page: Page): Promise<void> {
  await page.locator('[data-panel="partitions"] canvas').waitFor()
  await page.waitForFunction(() => performance.getEntriesByName('koff:frame').length > 0)
}
