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
export function debianPackage(name: string): Promise<string> {
  return unpacked(name, folder => download([name], folder))
}

/** The same for several packages, with the packages that they depend on and that this machine has not, in one folder. */
export function debianPackages(name: string, packages: readonly string[]): Promise<string> {
  return unpacked(name, async folder => download(await missing(packages), folder))
}

async function unpacked(name: string, get: (folder: string) => Promise<void>): Promise<string> {
  const home = serversFolder()
  const final = join(home, `debian-${name}`)
  if (existsSync(final)) return final
  await mkdir(home, { recursive: true })
  return withFileLock(`${final}.lock`, async () => {
    if (existsSync(final)) return final
    const work = await temporaryFolder('download', home)
    try {
      await get(work)
      const files = join(work, 'files')
      const archives = (await readdir(work)).filter(found => found.endsWith('.deb'))
      if (archives.length === 0) throw new Error('apt-get gave no package')
      for (const archive of archives) await run('dpkg-deb', ['-x', join(work, archive), files])
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

/** What apt would install for these packages. */
async function missing(packages: readonly string[]): Promise<readonly string[]> {
  const simulate = ['-s', '-o', 'Debug::NoLocking=1', 'install', '--no-install-recommends', '--reinstall', ...packages]
  const { stdout } = await updated(() => run('apt-get', simulate))
  return [...stdout.matchAll(/^Inst (\S+)/gm)].flatMap(([, found]) => found ?? [])
}

async function download(packages: readonly string[], folder: string): Promise<void> {
  await updated(() => run('apt-get', ['download', ...packages], { cwd: folder }))
}

/** Only root may write apt's list of packages, so it is brought up to date only where it has to be. */
async function updated<T>(get: () => Promise<T>): Promise<T> {
  return get().catch(async () => {
    await run('apt-get', ['update'])
    return get()
  })
}
