import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A package of the lock file. */
interface Locked {
  readonly version: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
}

export interface LoopbackRegistry extends AsyncDisposable {
  readonly url: string
}

/** The packages of the lock file at `root`, by the path at which they are installed. */
export function lockedPackages(root: string): readonly (readonly [path: string, locked: Locked])[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>
  }
  return Object.entries(packages).filter(([path]) => path !== '')
}

/** An npm registry on loopback that has what is installed in `root`, so that npm can install it again without a network. */
export async function loopbackRegistry(root: string): Promise<LoopbackRegistry> {
  const packages = Map.groupBy(lockedPackages(root), ([path]) => path.slice(path.lastIndexOf('node_modules/') + 13))
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1)
    const answer = path.startsWith('-/') ? tarball(join(root, path.slice(2))) : document(path)
    answer.then(
      body => response.end(body),
      () => response.writeHead(404).end('{}'),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function document(name: string): Promise<string> {
    const found = packages.get(name)
    if (found === undefined) throw new Error('not found')
    const versions = found.map(([path, locked]) => {
      const file = join(root, path, 'package.json')
      // Of packages for other platforms the lock file says enough for npm to leave them out.
      const manifest = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : { ...locked, name }
      return [locked.version, { ...manifest, dist: { tarball: `${url}/-/${path}` } }] as const
    })
    return JSON.stringify({
      name,
      'dist-tags': { latest: versions.at(-1)?.[0] },
      versions: Object.fromEntries(versions),
    })
  }

  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function tarball(folder: string): Promise<Buffer> {
  const packed = ['-czf', '-', '--exclude=node_modules', '-C', dirname(folder), basename(folder)]
  const { stdout } = await run('tar', packed, { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 })
  return stdout
}
