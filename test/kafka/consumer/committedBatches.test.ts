import fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchCodecs } from '../../../src/kafka/codecs/codecs.ts'
import { CommittedBatches } from '../../../src/kafka/consumer/committedBatches.ts'
import type { AbortedTransaction } from '../../../src/kafka/protocol/fetch.ts'
import { readBatches } from '../../../src/kafka/records/readBatches.ts'
import { batchBytes } from '../records/logBytes.ts'

const codecs = batchCodecs()

/** What one producer does next: writes a batch of so many records, or ends its transaction. Producer 0 has no transactions. */
interface Step {
  readonly producer: number
  readonly does: 'write' | 'commit' | 'abort'
  readonly records: number
}

const steps = fc.array(
  fc.record({
    producer: fc.nat({ max: 3 }),
    does: fc.constantFrom<Step['does']>('write', 'write', 'write', 'commit', 'abort'),
    records: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 40 },
)

interface Log {
  readonly batches: readonly { readonly base: number; readonly next: number; readonly bytes: Buffer }[]
  readonly aborted: readonly (AbortedTransaction & { readonly lastOffset: number })[]
  /** Offsets of the records that a read_committed consumer gets. */
  readonly committed: readonly number[]
  /** Where the first transaction that is open at the end begins. */
  readonly stable: number
}

/** The log that a broker has after these steps. */
function logOf(all: readonly Step[]): Log {
  const batches: { base: number; next: number; bytes: Buffer }[] = []
  const aborted: (AbortedTransaction & { lastOffset: number })[] = []
  const committed: number[] = []
  const open = new Map<number, { first: number; offsets: number[] }>()
  let end = 0
  const append = (producer: number, records: number, isControl: boolean, key: Buffer | null) => {
    const base = end
    end += records
    const of = Array.from({ length: records }, (_, at) => ({ offset: base + at, timestamp: 0, key, value: null }))
    const fields = { baseOffset: base, lastOffset: end - 1, baseTimestamp: 0, maxTimestamp: 0 }
    const own = producer === 0 ? {} : { isTransactional: true, producerId: BigInt(producer), producerEpoch: 0 }
    batches.push({ base, next: end, bytes: batchBytes({ ...fields, ...own, isControl }, of) })
    return Array.from({ length: records }, (_, at) => base + at)
  }
  for (const { producer, does, records } of all) {
    if (producer === 0) committed.push(...append(0, records, false, null))
    else if (does === 'write') {
      const transaction = open.get(producer) ?? { first: end, offsets: [] }
      open.set(producer, transaction)
      transaction.offsets.push(...append(producer, records, false, null))
    } else {
      const transaction = open.get(producer)
      if (transaction === undefined) continue
      open.delete(producer)
      append(producer, 1, true, Buffer.from([0, 0, 0, does === 'commit' ? 1 : 0]))
      if (does === 'commit') committed.push(...transaction.offsets)
      else aborted.push({ producerId: BigInt(producer), firstOffset: transaction.first, lastOffset: end - 1 })
    }
  }
  const stable = Math.min(end, ...[...open.values()].map(({ first }) => first))
  return { batches, aborted, committed: committed.filter(offset => offset < stable).toSorted((a, b) => a - b), stable }
}

test('wherever a Fetch begins and ends, the records are those of committed transactions and of no transaction', () => {
  fc.assert(
    fc.property(steps, fc.nat(), fc.nat(), (all, at, count) => {
      const log = logOf(all)
      const readable = log.batches.filter(({ next }) => next <= log.stable)
      const from = readable.length === 0 ? 0 : at % readable.length
      const response = readable.slice(from, from + 1 + (count % 10))
      const [first, last] = [response[0]?.base ?? 0, response.at(-1)?.next ?? 0]
      // As a broker's index of transactions gives them: all that overlap the response.
      const aborted = log.aborted.filter(({ firstOffset, lastOffset }) => firstOffset < last && lastOffset >= first)
      const committed = new CommittedBatches(aborted)
      const bytes = Buffer.concat(response.map(batch => batch.bytes))
      const { items } = readBatches(bytes, { partition: 0, codecs })
      const offsets = items.flatMap(item => {
        if (item.kind === 'fault') throw new Error(item.fault.reason)
        const { batch } = item
        if (!committed.has(batch)) return []
        return Array.from({ length: batch.lastOffset - batch.baseOffset + 1 }, (_, record) => batch.baseOffset + record)
      })
      expect(offsets).toEqual(log.committed.filter(offset => offset >= first && offset < last))
    }),
  )
})
