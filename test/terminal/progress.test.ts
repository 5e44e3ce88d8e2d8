import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Source } from '../../src/engine/source.ts'
import type { Input, PositionInput } from '../../src/state/input.ts'
import { catchUpProgress, fileProgress, waitProgress } from '../../src/terminal/progress.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const wipe = '\r\x1b[K'

/** What was written since it was last asked. */
function output(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY })
  return { stream, written: () => (stream.read() as Buffer | null)?.toString() ?? '' }
}

describe('how far a file is read', () => {
  const at = (position: number) => ({ path: '/logs/00000.log', position, size: 200_000_000 })

  test('is said on a terminal after two seconds, four times a second, and taken away', () => {
    const { stream, written } = output(true)
    const progress = fileProgress({ stderr: stream, variables: {} })
    progress.at(at(20_000_000))
    vi.advanceTimersByTime(1_999)
    progress.at(at(40_000_000))
    expect(written()).toBe('')
    vi.advanceTimersByTime(1)
    progress.at(at(60_000_000))
    expect(written()).toBe('koff: 30 % of 00000.log, 60 MB')
    vi.advanceTimersByTime(249)
    progress.at(at(80_000_000))
    expect(written()).toBe('')
    vi.advanceTimersByTime(1)
    progress.at(at(100_000_000))
    expect(written()).toBe(`${wipe}koff: 50 % of 00000.log, 100 MB`)
    progress.clear()
    progress.clear()
    expect(written()).toBe(wipe)
  })

  test.each([
    ['a pipe', false, 'xterm'],
    ['a terminal that cannot write over a line', true, 'dumb'],
  ])('is not said on %s', (_, isTTY, TERM) => {
    const { stream, written } = output(isTTY)
    const progress = fileProgress({ stderr: stream, variables: { TERM } })
    vi.advanceTimersByTime(10_000)
    progress.at(at(20_000_000))
    progress.clear()
    expect(written()).toBe('')
  })

  test('without a share where its size is not known', () => {
    const { stream, written } = output(true)
    const progress = fileProgress({ stderr: stream, variables: {} })
    vi.advanceTimersByTime(3_000)
    progress.at({ path: 'recording.ndjson.gz', position: 5_000_000, size: null })
    expect(written()).toBe('koff: recording.ndjson.gz, 5 MB')
  })
})

test('the rest of history is shown until it is read, and does not disturb lines', async () => {
  const position = (partition: number, from: number): PositionInput => ({
    kind: 'position',
    partition,
    position: from,
    logEnd: partition === 0 ? 100 : 300,
    timestamp: 0,
  })
  const chunks: Input[][] = [[position(0, 0), position(1, 0)], [position(0, 100)], [position(1, 300)], []]
  const source: Source = {
    cluster: 'c',
    async *chunks() {
      for (const chunk of chunks) yield chunk
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
  const { stream, written } = output(true)
  const progress = catchUpProgress(source, { stderr: stream, variables: {} })
  const said: string[] = []
  for await (const _ of progress.source.chunks(new AbortController().signal)) {
    said.push(written())
    vi.advanceTimersByTime(1_500)
  }
  said.push(written())
  expect(said).toEqual(['', '', `koff: 25 % read, 300 records of what was there to go${wipe}`, '', ''])
})

test('what is waited for is shown on a terminal with the seconds, after two of them, and taken away', () => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] })
  const { stream, written } = output(true)
  const waiting = waitProgress({ stderr: stream, variables: {} }, 'connecting to the brokers')
  vi.advanceTimersByTime(1_999)
  expect(written()).toBe('')
  vi.advanceTimersByTime(1)
  expect(written()).toBe('koff: connecting to the brokers, 2 s')
  vi.advanceTimersByTime(1_000)
  expect(written()).toBe(`${wipe}koff: connecting to the brokers, 3 s`)
  waiting.clear()
  vi.advanceTimersByTime(5_000)
  expect(written()).toBe(wipe)
})
