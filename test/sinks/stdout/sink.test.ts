import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { callbackify } from 'node:util'
import { expect, test } from 'vitest'
import { KoffError } from '../../../src/base/errors.ts'
import { eventLine } from '../../../src/events/ndjson.ts'
import { stdoutSink } from '../../../src/sinks/stdout/sink.ts'
import { sinkConformance } from '../conformance.ts'
import { events } from '../events.ts'
import type { Received } from '../received.ts'

const running = new AbortController().signal

sinkConformance('stdout', async () => {
  const place = openPlace()
  return {
    sink: stdoutSink({ stream: place.stream() }),
    received: async () =>
      place
        .text()
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line) as Received),
    stall: place.stall,
    fail: async () => {
      const mend = place.fail()
      return async () => {
        mend()
        return stdoutSink({ stream: place.stream() })
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
})

test('a pipe gets NDJSON, a terminal gets lines for people, and either can be asked for', async () => {
  const ndjson = events(1).map(eventLine).join('')
  expect(await written(false, 'auto')).toBe(ndjson)
  expect(await written(true, 'json')).toBe(ndjson)
  expect(await written(true, 'auto')).toMatch(/orders-app +.*member joined/)
  expect(await written(false, 'human')).toMatch(/orders-app +member joined/)
})

test('a full disk is reported as such', async () => {
  const place = openPlace()
  place.fail()
  const writing = stdoutSink({ stream: place.stream() }).write(events(1), running)
  await expect(writing).rejects.toThrow(
    new KoffError('SINK_FAILED', 'stdout: cannot be written: no space left on device'),
  )
})

test('a reader that goes away ends it quietly: closed aborts, the process is not harmed', async () => {
  const writer = fileURLToPath(new URL('writeForever.ts', import.meta.url))
  const child = spawn('sh', ['-c', `{ "$0" "$1"; echo "exit code $?" >&2; } | head -n 2`, process.execPath, writer])
  const [out, err] = [collect(child.stdout), collect(child.stderr)]
  await once(child, 'close')
  expect(out()).toBe(events(2).map(eventLine).join(''))
  expect(err()).toBe('closed: AbortError\nexit code 0\n')
})

test('a reader that is slow slows the writer down instead of filling its memory', async () => {
  const writer = fileURLToPath(new URL('writeForever.ts', import.meta.url))
  const child = spawn(process.execPath, [writer], { stdio: ['ignore', 'pipe', 'pipe'] })
  await once(child.stdout, 'readable')
  const sizes: number[] = []
  for (let time = 0; time < 5; time += 1) {
    await new Promise(resolve => setTimeout(resolve, 200))
    child.kill('SIGUSR2')
    const [text] = (await once(child.stderr, 'data')) as [Buffer]
    sizes.push(Number(text.toString()))
  }
  child.kill()
  await once(child, 'close')
  expect(new Set(sizes).size).toBe(1)
})

async function written(isTTY: boolean, format: 'auto' | 'human' | 'json'): Promise<string> {
  const place = openPlace()
  await stdoutSink({ stream: Object.assign(place.stream(), { isTTY }), format }).write(events(1), running)
  return place.text()
}

/** Where text goes: as slow or as broken as a test wants it, through streams that are for good after their first error. */
function openPlace() {
  let text = ''
  let stalled: Promise<void> = Promise.resolve()
  let broken = false
  const take = async (chunk: Buffer) => {
    await stalled
    if (broken) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    text += chunk.toString()
  }
  const stream = () =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => callbackify(take)(chunk, done),
    })
  const stall = async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    stalled = promise
    return async () => resolve()
  }
  const fail = () => {
    broken = true
    return () => {
      broken = false
    }
  }
  return { stream, stall, fail, text: () => text }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return () => text
}
