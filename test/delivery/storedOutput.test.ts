import { describe, expect, it } from 'vitest'
import type { StateStore } from '../../src/delivery/stateStore.ts'
import { storedOutput } from '../../src/delivery/storedOutput.ts'
import type { Sink } from '../../src/engine/sink.ts'
import { events } from '../sinks/events.ts'

const running = new AbortController().signal

/** A sink and a store that take down what happens to them, in order. */
function place() {
  const log: string[] = []
  let failing = false
  let busy = false
  const sink: Sink = {
    name: 'place',
    open: async () => void log.push('sink open'),
    async write(written) {
      expect(busy).toBe(false)
      busy = true
      await new Promise(resolve => setImmediate(resolve))
      busy = false
      if (failing) throw new Error('full')
      log.push(`events ${written.map(({ id }) => id).join(' ')}`)
    },
    [Symbol.asyncDispose]: async () => void log.push('sink closed'),
  }
  const store: StateStore = {
    name: 'notes',
    open: async () => void log.push('store open'),
    async *read(partition) {
      yield [{ key: `of ${partition}`, value: '1' }]
    },
    write: async (partition, changes) =>
      void log.push(`state ${partition}: ${changes.map(({ key }) => key).join(' ')}`),
    [Symbol.asyncDispose]: async () => void log.push('store closed'),
  }
  return { log, output: storedOutput({ sink, store }), fail: (on: boolean) => (failing = on) }
}

describe('any sink with a store', () => {
  it('stores the state after the sink has its events, and without events at once', async () => {
    const { log, output } = place()
    await output.open(running)
    const owned = await output.own(3, running)
    const [first, second] = events(2)
    if (first === undefined || second === undefined) throw new Error('no events')
    await owned.commit({ events: [first, second], changes: [{ key: 'a', value: '1' }] })
    await owned.commit({ events: [], changes: [{ key: 'b', value: null }] })
    await output[Symbol.asyncDispose]()
    expect(log).toEqual([
      'store open',
      'sink open',
      `events ${first.id} ${second.id}`,
      'state 3: a',
      'state 3: b',
      'sink closed',
      'store closed',
    ])
  })

  it('gives the stored state of the partition', async () => {
    const { output } = place()
    const owned = await output.own(5, running)
    const parts = []
    for await (const part of owned.restore(running)) parts.push(part)
    expect(parts).toEqual([[{ key: 'of 5', value: '1' }]])
  })

  it('stores nothing for events that the sink refused, and continues with the other partitions', async () => {
    const { log, output, fail } = place()
    const owned = await output.own(0, running)
    const other = await output.own(1, running)
    fail(true)
    await expect(owned.commit({ events: events(1), changes: [{ key: 'a', value: '1' }] })).rejects.toThrow('full')
    fail(false)
    await other.commit({ events: events(1), changes: [{ key: 'b', value: '1' }] })
    expect(log).toEqual([`events ${events(1)[0]?.id}`, 'state 1: b'])
  })

  it('writes for one partition at a time', async () => {
    const { log, output } = place()
    const owned = await Promise.all([0, 1, 2, 3].map(partition => output.own(partition, running)))
    await Promise.all(owned.map(one => one.commit({ events: events(2), changes: [] })))
    expect(log.filter(line => line.startsWith('events'))).toHaveLength(4)
    expect(log.filter(line => line.startsWith('state')).toSorted()).toEqual([0, 1, 2, 3].map(at => `state ${at}: `))
  })
})
