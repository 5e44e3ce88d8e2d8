import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const folder = new URL('../examples/', import.meta.url)

test.each(await readers())('examples/%s has at most 40 lines, and docs/reading.md links to it', async name => {
  const lines = (await readFile(new URL(name, folder), 'utf8')).trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(40)
  expect(await page()).toContain(`](../examples/${name})`)
})

test('docs/reading.md shows the query of the example', async () => {
  expect(await page()).toContain(await readFile(new URL('flink.sql', folder), 'utf8'))
})

async function page(): Promise<string> {
  return readFile(new URL('../docs/reading.md', import.meta.url), 'utf8')
}

/** Of the clean topic: worker.ts reads jobs. */
async function readers(): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.filter(name => /\.(ts|py|go|java|sql)$/.test(name) && name !== 'worker.ts').sort()
}
