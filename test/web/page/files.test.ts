import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { openPageFiles, type PageFiles } from '../../../src/web/page/files.ts'

let files: PageFiles
beforeAll(async () => {
  files = await openPageFiles()
})

const html = () => files.file('/', '')?.body.toString() ?? ''
/** Paths that index.html loads. */
const loaded = () => [...html().matchAll(/(?:src|href)="(\/[^"]+)"/g)].flatMap(([, path]) => path ?? [])

test('in a checkout the page is there without a build', () => {
  expect(html()).toContain('<div id="app">')
  expect(loaded().map(path => path.split('.').at(-1))).toEqual(['svg', 'css', 'js'])
  for (const path of loaded()) expect(files.file(path, '')?.body.length).toBeGreaterThan(0)
})

test('the first load takes less than 150 kB compressed', () => {
  for (const encoding of ['br', 'gzip']) {
    const sizes = ['/', ...loaded()].map(path => files.file(path, encoding)?.body.length ?? Number.NaN)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000)
  }
})

test('files are compressed as the browser takes them', () => {
  const script = loaded().find(path => path.endsWith('.js')) ?? ''
  const plain = files.file(script, '')
  const brotli = files.file(script, 'gzip, deflate, br;q=1.0')
  const gzip = files.file(script, 'gzip')
  expect(plain?.headers['content-encoding']).toBeUndefined()
  expect(brotli?.headers['content-encoding']).toBe('br')
  expect(gzip?.headers['content-encoding']).toBe('gzip')
  expect(brotliDecompressSync(brotli?.body ?? '').equals(plain?.body ?? Buffer.of())).toBe(true)
  expect(gunzipSync(gzip?.body ?? '').equals(plain?.body ?? Buffer.of())).toBe(true)
  expect(new Set([plain, brotli, gzip].map(file => file?.headers['etag'])).size).toBe(3)
})

test('what has a hash in its name is kept, index.html is asked for again', () => {
  for (const path of loaded()) {
    expect(path).toMatch(/-[A-Z0-9]{8}\.\w+$/)
    expect(files.file(path, '')?.headers['cache-control']).toContain('immutable')
  }
  expect(files.file('/', '')?.headers['cache-control']).toBe('no-cache')
})

test('any path of the page gives index.html, a file that is not there gives nothing', () => {
  for (const path of ['/group', '/now', '/events', '/nothing/here'])
    expect(files.file(path, '')?.body.toString()).toBe(html())
  for (const path of ['/main.js', '/../package.json.js', '/index.html.br/x.css'])
    expect(files.file(path, '')).toBeNull()
})

test('nothing is loaded from elsewhere, and the policy forbids it', () => {
  const policy = files.file('/', '')?.headers['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
  const script = files.file(loaded().find(path => path.endsWith('.js')) ?? '', '')?.body.toString() ?? ''
  const addresses = script.match(/https?:\/\/[\w.-]+/g) ?? []
  expect(addresses.filter(address => address !== 'http://www.w3.org')).toEqual([])
})
