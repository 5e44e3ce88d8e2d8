import { describe, expect, it } from 'vitest'
import { committedEntries, wholeState } from '../../src/delivery/committedEntries.ts'
import type { Source } from '../../src/engine/source.ts'
import type { Input } from '../../src/state/input.ts'
import { type BatchOptions, batchOf, markerOf } from '../state/batchOf.ts'

const { signal } = new AbortController()

function sourceOf(...inputs: readonly Input[]): Source {
  return {
    cluster: 'c1',
    async *chunks() {
      for (const input of inputs) yield [input]
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}

function entry(key: string, options: BatchOptions): Input {
  const batch = batchOf([{ key: Buffer.from(key), value: Buffer.from('1') }], { isTransactional: true, ...options })
  return { kind: 'batch', batch }
}

function marker(type: 'COMMIT' | 'ABORT', options: BatchOptions): Input {
  return { kind: 'batch', batch: markerOf(type, options) }
}

async function keysOf(source: Source): Promise<string[]> {
  const keys: string[] = []
  for await (const { partition, entries } of committedEntries(source, 'koff.state', signal)) {
    for (const { key } of entries) keys.push(`${partition} ${key}`)
  }
  return keys
}

async function whole(end: number, ...inputs: readonly Input[]): Promise<string[]> {
  const source = sourceOf(...inputs)
  const log = { source, end, [Symbol.asyncDispose]: async () => undefined }
  const keys: string[] = []
  for await (const entries of wholeState(log, 'koff.state', signal)) keys.push(...entries.map(({ key }) => key))
  return keys
}

describe('the entries of a state topic', () => {
  it('count when their transaction is committed, in the order of the commits', async () => {
    const source = sourceOf(
      entry('first', { baseOffset: 0, producerId: 1n }),
      entry('second', { baseOffset: 1, producerId: 2n }),
      entry('never', { baseOffset: 2, producerId: 3n }),
      marker('COMMIT', { baseOffset: 3, producerId: 2n }),
      marker('ABORT', { baseOffset: 4, producerId: 3n }),
      marker('COMMIT', { baseOffset: 5, producerId: 1n }),
      entry('open', { baseOffset: 6, producerId: 1n }),
    )
    expect(await keysOf(source)).toEqual(['0 second', '0 first'])
  })

  it('count in each partition when its own marker comes', async () => {
    const source = sourceOf(
      entry('a', { partition: 0, producerId: 1n }),
      entry('b', { partition: 1, producerId: 1n }),
      marker('COMMIT', { partition: 1, baseOffset: 1, producerId: 1n }),
    )
    expect(await keysOf(source)).toEqual(['1 b'])
  })
})

describe('the whole state of a partition', () => {
  const committed = [entry('a', { producerId: 1n }), marker('COMMIT', { baseOffset: 1, producerId: 1n })]

  it('is there when the source was read to where the log ends', async () => {
    expect(await whole(2, ...committed)).toEqual(['a'])
    expect(await whole(0)).toEqual([])
    // A log may end in records that compaction took away.
    const position = { kind: 'position', partition: 0, position: 5, logEnd: 5, timestamp: 1 } as const
    expect(await whole(5, ...committed, position)).toEqual(['a'])
  })

  it('fails where a broker that knows less lets the source end early', async () => {
    const short = { code: 'BROKER_ERROR', retriable: true }
    await expect(whole(4, ...committed)).rejects.toMatchObject(short)
    await expect(whole(4)).rejects.toMatchObject(short)
  })
})
