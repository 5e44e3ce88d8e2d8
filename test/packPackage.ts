import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

/**
 * Packs the package as npm does, built from the sources as they are; returns the path of the file. It is built beside the
 * checkout, so that nothing of a present dist/ gets in and no other test is disturbed.
 */
export async function packPackage(home: string): Promise<string> {
  const built = join(home, 'built')
  mkdirSync(built)
  for (const name of ['package.json', 'README.md', 'LICENSE', ...packageJson.files]) {
    if (name !== 'dist' && !name.startsWith('!') && existsSync(join(root, name)))
      cpSync(join(root, name), join(built, name), { recursive: true })
  }
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  await run(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', join(built, 'dist')])
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', home], { cwd: built })
  return join(home, `koff-${packageJson.version}.tgz`)
}
