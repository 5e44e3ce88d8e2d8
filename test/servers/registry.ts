import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { KoffError } from '../../src/base/errors.ts'
import { type DownloadOptions, registryHome } from './maven.ts'
import { freePort } from './ports.ts'
import { removeTemporary, startProcess, temporaryFolder } from './process.ts'
import { type Server, startServer } from './server.ts'
import { requireJava } from './toolchain.ts'

export interface Registry extends Server {
  /** Of the Confluent-compatible API: http://127.0.0.1:PORT/apis/ccompat/v7 */
  readonly url: string
}

/** Starts an Apicurio Registry of its own. It keeps schemas in memory: they are gone after `kill` or `restart`. */
export async function startRegistry(options: DownloadOptions = {}): Promise<Registry> {
  await requireJava()
  const home = await registryHome(options)
  const runner = (await readdir(home)).find(file => file.endsWith('-runner.jar'))
  if (runner === undefined) throw new KoffError('UNSUPPORTED', `no *-runner.jar in ${home}: remove that folder`)
  const port = await freePort()
  const folder = await temporaryFolder('registry')
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  const jvm = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  const quarkus = ['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`, '-Dquarkus.banner.enabled=false']
  const server = await startServer({
    what: 'Apicurio Registry',
    launch: () => startProcess({ command: 'java', args: [...jvm, ...quarkus, '-jar', join(home, runner)], folder }),
    probe: async () => {
      const response = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2_000) })
      const subjects: unknown = await response.json()
      if (!response.ok || !Array.isArray(subjects)) throw new Error(`HTTP ${response.status}`)
    },
    remove: () => removeTemporary(folder),
    failure: 'REGISTRY_UNREACHABLE',
  })
  return Object.assign(server, { url })
}
