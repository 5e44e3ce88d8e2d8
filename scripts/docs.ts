import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { version } from '../src/base/version.ts'
import { type Page, pages } from './docs/pages.ts'

/*
 * npm run docs                writes what is derived from definitions in src: docs/events.md, docs/configuration.md,
 *                             the tables of docs/conditions.md,
 *                             docs/metrics.md, schemas/
 * npm run docs -- --check     writes nothing; exit code 1 and the names of the files that are not what would be written
 * npm run docs -- --freeze    for a release: also keeps the Avro schemas as schemas/history/<version of package.json>
 */

const root = fileURLToPath(new URL('..', import.meta.url))

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { check: { type: 'boolean' }, freeze: { type: 'boolean' } } })
  const stale: Page[] = []
  for (const page of pages()) if ((await textOf(join(root, page.path))) !== page.text) stale.push(page)
  if (values.check === true) {
    for (const { path } of stale) process.stderr.write(`${path} is not what the definitions in src say: npm run docs\n`)
    return stale.length === 0 ? 0 : 1
  }
  for (const { path, text } of stale) await write(join(root, path), text)
  if (values.freeze === true) await freeze()
  return 0
}

/**
 * Until a version is out, its schemas there may be written again. Their names do not end in .avsc: code generators take all
 * such files of a folder and of the folders in it, and would find each record twice.
 */
async function freeze(): Promise<void> {
  const folder = join(root, 'schemas/history', version())
  await rm(folder, { recursive: true, force: true })
  for (const { path, text } of pages()) {
    if (path.endsWith('.avsc')) await write(join(folder, `${basename(path, '.avsc')}.json`), text)
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  process.stdout.write(`wrote ${relative(root, path)}\n`)
}

/** Null where there is no such file. */
async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
