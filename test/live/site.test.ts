import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'

/* docs/ as a site, built as its user builds it: npm run site. */

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = join(root, 'site/dist')
const base = '/koff/'

let pages: ReadonlyMap<string, string>

beforeAll(async () => {
  await run('npm', ['run', '-s', 'site'], { cwd: root, maxBuffer: 16 * 1024 * 1024 })
  const names = readdirSync(dist).filter(name => name.endsWith('.html'))
  pages = new Map(names.map(name => [name.replace(/\.html$/, ''), readFileSync(join(dist, name), 'utf8')]))
}, 600_000)

test('every page of docs/ is on the site and in its sidebar', () => {
  const docs = readdirSync(join(root, 'docs')).filter(name => name.endsWith('.md'))
  const index = pages.get('index') ?? ''
  for (const name of docs.map(file => file.replace(/\.md$/, '')).filter(name => name !== 'start')) {
    expect([...pages.keys()]).toContain(name)
    expect(index).toContain(`href="${base}${name}"`)
  }
})

test('every link of the site leads to a page, a heading or a file that exists', () => {
  const faults: string[] = []
  for (const [name, text] of pages)
    for (const [, href = ''] of text.matchAll(/<a [^>]*href="([^"]+)"/g)) {
      if (/^https?:/.test(href)) continue
      const [path = '', anchor] = href.split('#')
      const target = path === '' ? name : path.replace(base, '').replace('./', '') || 'index'
      const page = pages.get(target)
      if (page === undefined ? !existsSync(join(dist, target)) : !hasHeading(page, anchor))
        faults.push(`${name}: ${href}`)
    }
  expect(faults).toEqual([])
})

function hasHeading(page: string, anchor: string | undefined): boolean {
  return anchor === undefined || page.includes(`id="${decodeURIComponent(anchor)}"`)
}

test('the search finds a condition', () => {
  const files = readdirSync(join(dist, 'assets/chunks'))
  const index = files.find(name => name.startsWith('@localSearchIndex'))
  expect(readFileSync(join(dist, 'assets/chunks', index ?? ''), 'utf8')).toContain('rebalance-storm')
})
