import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StoredPieces } from '../../src/delivery/storedPieces.ts'
import type { StateChange } from '../../src/state/stored/entry.ts'

/** A compacted topic: the last value of each key, null takes it away. */
class Store {
  readonly records = new Map<string, string>()
  pieces = new StoredPieces(3)
  /** The largest record so far, in bytes of key and value. */
  largest = 0

  write(changes: readonly StateChange[], mostBytes?: number): void {
    for (const { key, value } of this.pieces.cut(changes, mostBytes)) {
      if (value === null) this.records.delete(key)
      else this.records.set(key, value)
      // What is cut through in the middle of a character is no longer UTF-8.
      if (Buffer.from(value ?? '').toString() !== (value ?? '')) throw new Error(`${key}: a character is cut through`)
      this.largest = Math.max(this.largest, Buffer.byteLength(key) + Buffer.byteLength(value ?? ''))
    }
  }

  /** As a restart reads it, in any order of the keys. */
  async restart(order: (records: StateChange[]) => StateChange[] = same): Promise<Map<string, string>> {
    this.pieces = new StoredPieces(3)
    const records = order([...this.records].map(([key, value]) => ({ key, value })))
    return await read(this.pieces, records)
  }
}

const same = (records: StateChange[]) => records

async function read(pieces: StoredPieces, records: readonly StateChange[]): Promise<Map<string, string>> {
  const entries = new Map<string, string>()
  const halves = [records.slice(0, records.length / 2), records.slice(records.length / 2)]
  for await (const part of pieces.whole(asParts(halves))) {
    for (const { key, value } of part) {
      if (value === null) entries.delete(key)
      else entries.set(key, value)
    }
  }
  return entries
}

async function* asParts(parts: readonly (readonly StateChange[])[]) {
  yield* parts
}

const member = (group: string, id: string) => JSON.stringify(['member', group, id])
const valueOf = (length: number) => JSON.stringify('𝔱'.repeat(length))

test('an entry that is too large for a message is stored in pieces, and read back in any order of them', async () => {
  const store = new Store()
  const value = valueOf(500_000)
  store.write([{ key: member('g', 'm'), value }])
  expect(store.largest).toBeLessThan(512 * 1024 + 100)
  expect(store.records.size).toBeGreaterThan(3)
  expect(await store.restart(records => records.toReversed())).toEqual(new Map([[member('g', 'm'), value]]))
})

test('a key that is long is stored by its hash, whatever becomes of its value', async () => {
  const store = new Store()
  const key = member('g'.repeat(20_000), 'm')
  for (const value of [valueOf(1), valueOf(50_000), valueOf(2), null, valueOf(40_000), null]) {
    store.write([{ key, value }], 8_000)
    expect(await store.restart()).toEqual(value === null ? new Map() : new Map([[key, value]]))
  }
  expect(store.largest).toBeLessThanOrEqual(8_000)
  expect(store.records.size).toBe(0)
})

test('an entry in pieces is stored whole again once it fits, and its pieces are deleted', async () => {
  const store = new Store()
  const entry = { key: member('g', 'm'), value: valueOf(5_000) }
  store.write([entry], 4_096)
  expect(store.records.size).toBeGreaterThan(4)
  await store.restart()
  store.write([entry])
  expect([...store.records]).toEqual([[entry.key, entry.value]])
})

test('any entries, written under any limits with restarts in between, are read back as they were written last', async () => {
  const key = fc.tuple(fc.constantFrom('g', 'ß'.repeat(3_000), '"\u0000'.repeat(700)), fc.constantFrom('a', 'b'))
  const value = fc.option(fc.integer({ min: 0, max: 8_000 }).map(valueOf))
  const write = fc.record({
    key,
    value,
    most: fc.option(fc.integer({ min: 3_000, max: 20_000 })),
    restart: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(write, { maxLength: 12 }), async writes => {
      const store = new Store()
      const expected = new Map<string, string>()
      for (const { key: place, value: text, most, restart } of writes) {
        const change = { key: member(...place), value: text }
        if (text === null) expected.delete(change.key)
        else expected.set(change.key, text)
        store.write([change], most ?? undefined)
        if (restart) await store.restart(records => records.toReversed())
      }
      expect(await store.restart()).toEqual(expected)
      // Nothing is left of what is gone.
      store.write([...expected.keys()].map(name => ({ key: name, value: null })))
      expect(store.records.size).toBe(0)
    }),
  )
})

test('an uncompacted topic gives the last value of each entry', async () => {
  const pieces = new StoredPieces(3)
  const key = member('g'.repeat(2_000), 'm')
  const log = [valueOf(9_000), valueOf(3), valueOf(8_000), null, valueOf(9)].flatMap(value => [
    ...pieces.cut([{ key, value }], 4_096),
  ])
  expect(await read(new StoredPieces(3), log)).toEqual(new Map([[key, valueOf(9)]]))
  expect(await read(new StoredPieces(3), log.slice(0, -1))).toEqual(new Map())
})

test('an entry with a missing piece is refused', async () => {
  const store = new Store()
  const key = member('g', 'm')
  store.write([{ key, value: valueOf(5_000) }], 4_096)
  store.records.delete(JSON.stringify(['piece', 1, 'member', 'g', 'm']))
  await expect(store.restart()).rejects.toMatchObject({
    code: 'STATE_INVALID',
    message: `the stored state of partition 3 cannot be used: piece 1 of ${key} is missing`,
  })
})
