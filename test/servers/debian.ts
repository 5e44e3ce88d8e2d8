import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { KoffError } from '../../src/base/errors.ts'
import { publish, withFileLock } from './lock.ts'
import { serversFolder } from './maven.ts'
import { removeTemporary, temporaryFolder } from './process.ts'

const run = promisify(execFile)

/**
 * The folder in which the files of a Debian package are, unpacked and not installed: no service is started, and nothing
 * on this machine changes. Needs apt; its list of packages is brought up to date where the package is not in it.
 */
export async function debianPackage(name: string): Promise<string> {
  const home = serversFolder()
  const final = join(home, `debian-${name}`)
  if (existsSync(final)) return final
  await mkdir(home, { recursive: true })
  return withFileLock(`${final}.lock`, async () => {
    if (existsSync(final)) return final
    const work = await temporaryFolder('download', home)
    try {
      await download(name, work)
      const file = (await readdir(work)).find(found => found.endsWith('.deb'))
      const files = join(work, 'files')
      await run('dpkg-deb', ['-x', join(work, file ?? ''), files])
      await publish(files, final)
      return final
    } catch (cause) {
      const how = `apt-get install ${name}, or put its programs on the PATH`
      throw new KoffError('UNSUPPORTED', `no ${name} from Debian: ${String(cause)}; ${how}`, { cause })
    } finally {
      await removeTemporary(work)
    }
  })
}

async function download(name: string, folder: string): Promise<void> {
  const get = () => run('apt-get', ['download', name], { cwd: folder })
  // Only root may write the list of packages.
  await get().catch(async () => {
    await run('apt-get', ['update'])
    await get()
  })
}
