import { describe, expect, it } from 'vitest'
import { type Channel, channelOf } from '../../src/library/channel.ts'

interface Item {
  readonly n: number
}

/** Chunks of these numbers; `asked` tells how many were asked for. */
function channelFrom(chunks: readonly (readonly number[])[]) {
  const state = { asked: 0, made: 0, isClosed: false }
  async function* read(): AsyncGenerator<Iterable<Item>, void, undefined> {
    for (const chunk of chunks) {
      state.asked++
      await Promise.resolve()
      yield make(chunk)
    }
  }
  function* make(chunk: readonly number[]): Generator<Item, void, undefined> {
    for (const n of chunk) {
      state.made++
      yield { n }
    }
  }
  return { state, channel: channelOf(read(), () => state.isClosed) }
}

async function all(channel: Channel<Item>): Promise<number[]> {
  const taken: number[] = []
  while (await channel.ready()) {
    for (let item = channel.take(); item !== null; item = channel.take()) taken.push(item.n)
  }
  return taken
}

describe('a channel', () => {
  it('gives every item once, in order, and then ends for good', async () => {
    const { channel } = channelFrom([[1, 2], [], [3], [4, 5, 6]])
    expect(await all(channel)).toEqual([1, 2, 3, 4, 5, 6])
    expect(await channel.ready()).toBe(false)
    expect(channel.take()).toBeNull()
  })

  it('asks for a chunk when the last one is taken, and makes items as they are taken', async () => {
    const { channel, state } = channelFrom([[1, 2, 3], [4]])
    expect(state.asked).toBe(0)
    expect(await channel.ready()).toBe(true)
    expect(await channel.ready()).toBe(true)
    expect(state).toMatchObject({ asked: 1, made: 1 })
    channel.take()
    channel.take()
    expect(state).toMatchObject({ asked: 1, made: 2 })
    channel.take()
    expect(await channel.ready()).toBe(true)
    expect(state.asked).toBe(2)
  })

  it('gives each item to one of several takers, who wait for one chunk together', async () => {
    const { channel, state } = channelFrom([[1, 2], [3, 4], [5]])
    const taken = await Promise.all([all(channel), all(channel), all(channel)])
    expect(taken.flat().sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
    expect(state.asked).toBe(3)
  })

  it('is over at once when it is closed, whatever was read', async () => {
    const { channel, state } = channelFrom([[1, 2], [3]])
    await channel.ready()
    state.isClosed = true
    expect(channel.take()).toBeNull()
    expect(await channel.ready()).toBe(false)
  })

  it('fails for everybody who asks, again and again', async () => {
    const failure = new Error('no broker')
    const channel = channelOf(
      (async function* (): AsyncGenerator<Iterable<Item>, void, undefined> {
        yield [{ n: 1 }]
        throw failure
      })(),
      () => false,
    )
    expect(await channel.ready()).toBe(true)
    channel.take()
    const attempts = await Promise.allSettled([channel.ready(), channel.ready()])
    expect(attempts.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(channel.ready()).rejects.toBe(failure)
  })
})
