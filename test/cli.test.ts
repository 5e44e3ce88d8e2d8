import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const recording = fileURLToPath(new URL('corpus/dev.records.ndjson.gz', import.meta.url))

function start(...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [cli, ...args])
}

interface Ended {
  readonly code: number | null
  readonly stderr: string
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let stderr = ''
  child.stderr.on('data', chunk => (stderr += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stderr }
}

describe('the process', () => {
  it('exits with the code of the command', async () => {
    expect((await ended(start('--version'))).code).toBe(0)
    expect((await ended(start('evnts'))).code).toBe(2)
    expect((await ended(start('decode', 'nowhere.log'))).code).toBe(1)
  })

  it('prints nothing to standard error when all is well', async () => {
    const child = start('decode', '--partition', '0', recording)
    child.stdout.resume()
    expect(await ended(child)).toEqual({ code: 0, stderr: '' })
  })

  it.each(['decode', 'replay', 'groups'])('ends quietly when nobody reads on: koff %s | head -1', async command => {
    const child = start(command, recording)
    const end = ended(child)
    await once(child.stdout, 'data')
    child.stdout.destroy()
    expect(await end).toEqual({ code: 0, stderr: '' })
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stopped by %s, exits with %i after what it holds is written', async (signal, code) => {
    const child = start('decode', '-')
    const end = ended(child)
    child.stdin.on('error', () => undefined)
    child.stdin.write(gunzipSync(readFileSync(recording)))
    await once(child.stdout, 'data')
    child.stdout.resume()
    child.kill(signal)
    expect(await end).toEqual({ code, stderr: '' })
  })

  it.each([
    ['print', []],
    ['events', []],
    ['groups', []],
    ['status', []],
    ['record', ['-o', '/dev/null']],
  ])('koff %s is stopped at once while no broker answers', async (command, flags) => {
    const child = start(command, '--brokers', '127.0.0.1:1', '--connect-timeout', '2000000', ...flags)
    const end = ended(child)
    await once(child.stderr, 'data')
    child.kill('SIGINT')
    expect((await end).code).toBe(130)
  })

  it('says what is wrong with a full disk', async () => {
    const child = spawn('/bin/sh', ['-c', `exec "$0" "$@" > /dev/full`, process.execPath, cli, 'decode', recording])
    const { code, stderr } = await ended(child)
    expect(code).toBe(1)
    expect(stderr).toBe('koff: standard output: cannot be written: no space left on device\n')
  })
})
