import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What `npm run dead-code` says of the exports of `src` that no module of `src` uses. */
async function unusedIn(folder: string): Promise<string> {
  const knip = join(root, 'node_modules/.bin/knip')
  const run = promisify(execFile)(knip, ['--production', '--include', 'exports,files'], { cwd: folder })
  return run.then(
    ({ stdout }) => stdout,
    (error: { readonly stdout: string }) => error.stdout,
  )
}

it('the check of dead code names an export that only a test uses', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'koff-dead-'))
  onTestFinished(() => rmSync(copy, { recursive: true }))
  for (const path of ['src', 'package.json', 'tsconfig.json', 'knip.jsonc', 'bin']) {
    cpSync(join(root, path), join(copy, path), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const ranges = join(copy, 'src/base/ranges.ts')
  expect(await unusedIn(copy)).not.toContain('ranges.ts')
  writeFileSync(join(copy, 'src/base/planted.ts'), `export const used = 1\nexport const planted = 2\n`)
  writeFileSync(ranges, `import { used } from './planted.ts'\nvoid used\n`, { flag: 'a' })
  writeFileSync(join(copy, 'planted.test.ts'), `import { planted } from './src/base/planted.ts'\nvoid planted\n`)
  expect(await unusedIn(copy)).toMatch(/planted +src\/base\/planted\.ts/)
})
