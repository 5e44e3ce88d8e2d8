import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'esbuild'

/*
 * Bundles src/page for browsers:
 *
 *   node scripts/page.ts FOLDER
 *
 * The folder gets index.html, the files that it names, and each of them compressed (.br, .gz). The names of scripts
 * and styles hold a hash of their content, so that a browser may keep them for good.
 */

const source = fileURLToPath(new URL('../src/page', import.meta.url))
const [folder] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('usage: node scripts/page.ts FOLDER\n')
  process.exitCode = 2
} else await bundle(folder)

async function bundle(to: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: { main: join(source, 'main.tsx'), page: join(source, 'styles/page.css') },
    outdir: to,
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    legalComments: 'none',
    tsconfig: join(source, 'tsconfig.json'),
    logLevel: 'warning',
  })
  const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), Buffer.from(contents)]))
  const icon = readFileSync(join(source, 'icon.svg'))
  const iconName = `icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8).toUpperCase()}.svg`
  files.set(iconName, icon)
  const named = (ending: string) => [...files.keys()].find(name => name.endsWith(ending)) ?? ''
  const html = readFileSync(join(source, 'index.html'), 'utf8')
    .replace('main.js', named('.js'))
    .replace('page.css', named('.css'))
    .replace('icon.svg', iconName)
  files.set('index.html', Buffer.from(html))
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  await Promise.all([...files].map(([name, content]) => writeCompressed(join(to, name), content)))
}

async function writeCompressed(path: string, content: Buffer): Promise<void> {
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
  writeFileSync(path, content)
  writeFileSync(`${path}.br`, await promisify(brotliCompress)(content, options))
  writeFileSync(`${path}.gz`, await promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }))
}
