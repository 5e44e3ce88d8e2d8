import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { pages } from '../../../scripts/docs/pages.ts'
import { plainConfigSchema } from '../../../src/config/jsonSchema.ts'
import { connectionSettings, serviceSettings } from '../../../src/config/settings.ts'
import { definitions } from '../../../src/events/registry.ts'

const root = new URL('../../../', import.meta.url)

test.each(pages())('$path is what the definitions say', async ({ path, text }) => {
  expect(await readFile(new URL(path, root), 'utf8')).toBe(text)
})

test('the page describes every event with every field of it', () => {
  const page = pages().find(({ path }) => path === 'docs/events.md')?.text ?? ''
  for (const { type, trigger, data } of definitions) {
    const [, part = ''] = page.split(`\n### ${type}\n`)
    const described = part.split(/\n##/)[0] ?? ''
    expect(described).toContain(trigger)
    const missing = Object.keys(data).filter(field => !described.includes(`| \`${field}\` |`))
    expect(missing).toEqual([])
  }
})

test('every link of the page leads to a heading', () => {
  const text = pages().find(({ path }) => path === 'docs/events.md')?.text ?? ''
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(match => match[1]?.toLowerCase())
  const links = [...text.matchAll(/\(#([^)]+)\)/g)].map(match => match[1])
  expect(links.length).toBeGreaterThan(definitions.length)
  expect(links.filter(link => !headings.includes(link))).toEqual([])
})

test('the page of the configuration describes every key, and how else it can be set', () => {
  const page = pages().find(({ path }) => path === 'docs/configuration.md')?.text ?? ''
  const keys = Object.keys(plainConfigSchema().properties ?? {})
  expect(keys.length).toBeGreaterThan(8)
  expect(keys.filter(key => !page.includes(`| \`${key}\` |`))).toEqual([])
  const settings = [...connectionSettings, ...serviceSettings]
  expect(settings.filter(({ variable }) => !page.includes(`| \`${variable}\` |`))).toEqual([])
})
