#!/usr/bin/env node
// Starts koff: from src/ in a checkout, from dist/ in an installed package. Written for old versions of Node too, so
// that one of them can say what is missing or hand over to the packaged `node`.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const needed = 24
const self = fileURLToPath(import.meta.url)
const root = dirname(dirname(self))

// By default V8 gives new objects up to 128 MB before it looks which are still in use, and has four threads for that and
// for compiling. With these limits koff is as fast, takes a tenth less processor time, and is a small process.
const limits = ['--max-semi-space-size=4', '--v8-pool-size=1']

if (Number(process.versions.node.split('.')[0]) >= needed) {
  const missing = missingLimits()
  if (process.env.KOFF_RELAUNCHED !== '1' && canBecome() && missing.length > 0) {
    become(process.execPath, [...process.execArgv, ...missing, self, ...process.argv.slice(2)])
  }
  // The second start takes half the time of the first.
  module.enableCompileCache?.()
  const cli = findCli()
  if (cli === undefined) fail(`${join(root, 'dist', 'cli.js')} is missing; run npm run build`)
  else await import(pathToFileURL(cli).href)
} else {
  const node = process.env.KOFF_RELAUNCHED === '1' ? undefined : findNode()
  if (node === undefined)
    fail(`needs Node ${needed} or later, this is ${process.version}; install it, or npm install node@${needed}`)
  else relaunch(node)
}

// Node strips no types below node_modules, so an installed package runs what was built.
function findCli() {
  const source = join(root, 'src', 'cli.ts')
  const built = join(root, 'dist', 'cli.js')
  if (!root.split(sep).includes('node_modules') && existsSync(source)) return source
  return existsSync(built) ? built : undefined
}

function findNode() {
  try {
    const home = dirname(createRequire(import.meta.url).resolve('node/package.json'))
    const binary = join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

function canBecome() {
  return process.execve !== undefined && process.platform !== 'win32'
}

/** Limits that the command line and the environment do not set. */
function missingLimits() {
  const given = `${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`
  return limits.filter(limit => !given.includes(limit.split('=')[0]))
}

/** The same process goes on as another program, and does not come back here. */
function become(node, args) {
  process.execve(node, [node, ...args], relaunched())
}

// glibc gives every thread a heap of its own, of which tens of megabytes stay unused: two are enough for all of them.
function relaunched() {
  return { MALLOC_ARENA_MAX: '2', ...process.env, KOFF_RELAUNCHED: '1' }
}

function relaunch(node) {
  const args = [...limits, self, ...process.argv.slice(2)]
  if (canBecome()) become(node, args)
  // What a terminal sends reaches the child too; what was sent to this process alone is passed on. Handlers first: a
  // signal that comes while the child starts must not leave it behind.
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']
  const passed = process.stdin.isTTY ? ['SIGTERM'] : signals
  for (const signal of signals) process.on(signal, () => passed.includes(signal) && child.kill(signal))
  const child = spawn(node, args, { stdio: 'inherit', env: relaunched() })
  child.on('error', error => fail(`cannot start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    // Ends as the child ended, so that a shell sees the signal; where a signal is ignored, its number must do.
    process.removeAllListeners(signal)
    process.exitCode = 128 + (constants.signals[signal] ?? 0)
    process.kill(process.pid, signal)
  })
}

function fail(message) {
  process.stderr.write(`koff: ${message}\n`)
  process.exitCode = 1
}
