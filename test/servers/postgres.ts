import { execFile, spawnSync } from 'node:child_process'
import { chownSync, readdirSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { KoffError } from '../../src/base/errors.ts'
import { debianPackage } from './debian.ts'
import { freePort } from './ports.ts'
import { removeTemporary, startProcess, temporaryFolder } from './process.ts'
import { type Server, startServer } from './server.ts'

const run = promisify(execFile)

export interface Postgres extends Server {
  /** postgres://koff@127.0.0.1:PORT/postgres */
  readonly url: string
  readonly dataFolder: string
}

export interface PostgresOptions {
  /** More settings of postgresql.conf: `{ max_connections: '10' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Starts a PostgreSQL of its own, on a loopback port, with its data in a temporary folder. */
export async function startPostgres({ settings = {} }: PostgresOptions = {}): Promise<Postgres> {
  const tools = await postgresTools()
  const port = await freePort()
  const folder = await temporaryFolder('postgres')
  const data = join(folder, 'data')
  if (isRoot) chownSync(folder, nobody, nobody)
  const initdb = asUser(join(tools.bin, 'initdb'), [
    '-D',
    data,
    '-U',
    'koff',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '-N',
  ])
  await run(initdb.command, initdb.args, { env: tools.env, cwd: folder })
  const config = { port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings }
  const lines = Object.entries(config).map(([name, value]) => `${name} = '${value}'\n`)
  await appendFile(join(data, 'postgresql.conf'), lines.join(''))
  const url = `postgres://koff@127.0.0.1:${port}/postgres`
  const server = await startServer({
    what: 'PostgreSQL',
    launch: () => startProcess({ ...asUser(join(tools.bin, 'postgres'), ['-D', data]), env: tools.env, folder }),
    probe: () => answers(url),
    remove: () => removeTemporary(folder),
    failure: 'HISTORY_UNAVAILABLE',
  })
  return Object.assign(server, { url, dataFolder: data })
}

async function answers(url: string): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
  } finally {
    await client.end().catch(() => undefined)
  }
}

const isRoot = process.getuid?.() === 0
/** Debian's user `nobody`: PostgreSQL refuses to run as root. */
const nobody = 65_534

function asUser(command: string, args: readonly string[]) {
  if (!isRoot) return { command, args }
  const drop = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups']
  return { command: 'setpriv', args: [...drop, command, ...args] }
}

interface Tools {
  readonly bin: string
  readonly env: NodeJS.ProcessEnv
}

/** The programs on the PATH where they work, else those of Debian's packages. */
async function postgresTools(): Promise<Tools> {
  const found = spawnSync('sh', ['-c', 'postgres --version >/dev/null 2>&1 && readlink -f "$(command -v postgres)"'])
  const path = found.stdout.toString().trim()
  const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C' }
  if (found.status === 0 && path !== '') return { bin: join(path, '..'), env }
  const name = await serverPackage()
  const [server, client, library] = [
    await debianPackage(name),
    await debianPackage(name.replace('postgresql', 'postgresql-client')),
    await debianPackage('libpq5'),
  ]
  const version = readdirSync(join(server, 'usr/lib/postgresql'))[0] ?? ''
  // initdb looks for its files relative to itself, and for psql's in the same place.
  await run('cp', ['-rn', join(client, 'usr/.'), join(server, 'usr')]).catch(() => undefined)
  const libraries = readdirSync(join(library, 'usr/lib')).map(one => join(library, 'usr/lib', one))
  return {
    bin: join(server, 'usr/lib/postgresql', version, 'bin'),
    env: { ...env, LD_LIBRARY_PATH: libraries.join(':') },
  }
}

/** `postgresql-15`, as Debian's `postgresql` depends on. */
async function serverPackage(): Promise<string> {
  const ask = () => run('apt-cache', ['depends', 'postgresql'])
  const nameIn = ({ stdout }: { readonly stdout: string }) => /postgresql-\d+/.exec(stdout)?.[0]
  const name = nameIn(await ask().catch(() => ({ stdout: '' })))
  if (name !== undefined) return name
  await run('apt-get', ['update'])
  const updated = nameIn(await ask())
  if (updated === undefined)
    throw new KoffError('UNSUPPORTED', 'no PostgreSQL from Debian; put postgres and initdb on the PATH')
  return updated
}
