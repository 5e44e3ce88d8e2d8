import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type ConsumerMessage, messagesIn, type ProgressListener } from '../../src/library/messages.ts'
import { openFiles } from '../../src/sources/openFiles.ts'
import type { Input } from '../../src/state/input.ts'
import { type CorpusRecord, corpusLines } from '../kafka/records/corpus.ts'
import { inputsOf } from '../sources/inputs.ts'
import { batchOf, commitOf, markerOf } from '../state/batchOf.ts'

const deaf: ProgressListener = { position: () => undefined, topic: () => undefined }

describe('the messages of a recording', () => {
  it('are its records and markers, each at its place, as decoded alone', async () => {
    const file = fileURLToPath(new URL('../corpus/dev.records.ndjson.gz', import.meta.url))
    const messages = [...messagesIn(await inputsOf(await openFiles([file])), deaf)]
    const expected = corpusLines<CorpusRecord>('dev.records')
    expect(messages).toHaveLength(expected.length)
    for (const [i, message] of messages.entries()) {
      const { partition, offset, timestamp, isControl, controlType, producerId } = expected[i] ?? {}
      expect(message.kind === 'fault' ? null : message.source).toEqual({ partition, offset, timestamp })
      const marker = message.kind === 'marker' ? [message.control, message.transaction.producerId] : null
      expect(marker).toEqual(isControl === true ? [controlType, BigInt(producerId ?? 0)] : null)
    }
    expect(messages.some(({ kind }) => kind === 'marker')).toBe(true)
  })
})

describe('the messages of a chunk', () => {
  it('say which transaction they are part of', () => {
    const inputs: Input[] = [
      { kind: 'batch', batch: batchOf([commitOf('g', 't', 0, 5)], { isTransactional: true, producerId: 7n }) },
      { kind: 'batch', batch: batchOf([commitOf('g', 't', 0, 6)], { baseOffset: 1 }) },
      { kind: 'batch', batch: markerOf('COMMIT', { baseOffset: 2, producerId: 7n }) },
    ]
    const transactions = [...messagesIn(inputs, deaf)].map(message =>
      message.kind === 'fault' ? null : [message.kind, message.transaction],
    )
    const transaction = { producerId: 7n, producerEpoch: 0 }
    expect(transactions).toEqual([
      ['offset', transaction],
      ['offset', null],
      ['marker', transaction],
    ])
  })

  it('hold what cannot be read, in its place', () => {
    const batch = batchOf([commitOf('g', 't', 0, 5), { key: Buffer.from([0, 99]), value: null }])
    const cut = { ...batch, recordCount: 3 }
    const fault = { partition: 3, offset: 9, byteOffset: 0, code: 'CRC_MISMATCH', reason: 'planted' } as const
    const messages = [
      ...messagesIn(
        [
          { kind: 'batch', batch: cut },
          { kind: 'fault', fault },
        ],
        deaf,
      ),
    ]
    expect(messages.map(({ kind }) => kind)).toEqual(['offset', 'undecodable', 'fault', 'fault'])
    expect(messages[2]).toMatchObject({ fault: { partition: 0, offset: 2, code: 'BAD_BATCH' } })
    expect(messages[3]).toEqual({ kind: 'fault', fault })
  })

  it('are made on demand, and a position is reported when everything below it was taken', () => {
    const told: string[] = []
    const position = { kind: 'position', partition: 0, position: 2, logEnd: 5, timestamp: 1 } as const
    const topic = { kind: 'topic', id: 'x', name: 'orders' } as const
    const messages = messagesIn(
      [
        topic,
        { kind: 'batch', batch: batchOf([commitOf('g', 't', 0, 5), commitOf('g', 't', 0, 6)]) },
        position,
        { kind: 'tick', timestamp: 2 },
      ],
      { position: ({ position }) => told.push(`position ${position}`), topic: ({ name }) => told.push(name) },
    )
    const seen = (message: ConsumerMessage | undefined) => told.push(message?.kind ?? 'end')
    for (let next = messages.next(); next.done !== true; next = messages.next()) seen(next.value)
    expect(told).toEqual(['orders', 'offset', 'offset', 'position 2'])
  })
})
