import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/*
 * Completes package-lock.json: `npm ci` refuses a lock file that lacks an optional package of another platform, and
 * npm leaves such a package out whenever the registry it was locked against did not serve it. Name and version stand
 * in the package that wants it, the platform in the name, so the entry can be written without a registry.
 *
 *   npm run lock              adds what is missing
 *   npm run lock -- --check   only says what is missing; exit code 1 if anything is
 */

interface LockedPackage {
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

interface LockFile {
  readonly packages: Record<string, LockedPackage>
  readonly [field: string]: unknown
}

interface MissingPackage {
  readonly path: string
  readonly entry: LockedPackage
}

interface Platform {
  readonly cpu: string
  readonly libc: 'glibc' | 'musl' | undefined
  readonly os: string
}

const operatingSystems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']

const lockPath = fileURLToPath(new URL('../package-lock.json', import.meta.url))
const lock = JSON.parse(readFileSync(lockPath, 'utf8')) as LockFile
const missing = findMissing(lock)
const check = process.argv.includes('--check')

if (missing.length === 0) {
  process.stdout.write(`package-lock.json: complete, ${Object.keys(lock.packages).length} packages\n`)
} else if (check) {
  for (const { path } of missing) process.stderr.write(`package-lock.json: ${path} is missing; run npm run lock\n`)
  process.exitCode = 1
} else {
  const packages = { ...lock.packages }
  for (const { path, entry } of missing) packages[path] = entry
  const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')))
  writeFileSync(lockPath, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`)
  process.stdout.write(`package-lock.json: ${missing.length} packages of other platforms added\n`)
}

function findMissing(file: LockFile): MissingPackage[] {
  const found: MissingPackage[] = []
  for (const [dependant, { dev, optionalDependencies = {} }] of Object.entries(file.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (isLocked(file, dependant, name)) continue
      found.push({
        path: `node_modules/${name}`,
        entry: lockEntry(version, platformOf(name), dev === true),
      })
    }
  }
  return found
}

/** Node's own lookup: the dependant's node_modules, then that of every package around it. */
function isLocked(file: LockFile, dependant: string, name: string): boolean {
  let at = dependant
  for (;;) {
    if (file.packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true
    if (at === '') return false
    at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))
  }
}

/** In npm's own order of fields, so that the next `npm install` changes nothing. */
function lockEntry(version: string, { cpu, libc, os }: Platform, dev: boolean): LockedPackage {
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    os: [os],
  }
}

function platformOf(name: string): Platform {
  const words = name.split(/[/-]/)
  const os = operatingSystems.find(candidate => words.includes(candidate))
  const cpu = processors.find(candidate => words.includes(candidate))
  if (os === undefined || cpu === undefined) {
    throw new Error(`package-lock.json: no platform in the name ${name}; lock it against a registry that serves it`)
  }
  const libc = words.some(word => word.startsWith('musl')) ? 'musl' : words.includes('gnu') ? 'glibc' : undefined
  return { cpu, libc, os }
}
