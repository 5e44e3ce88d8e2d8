import { beforeEach, describe, expect, test } from 'vitest'
import { noLog } from '../../../src/base/log.ts'
import { batchCodecs } from '../../../src/kafka/codecs/codecs.ts'
import { crc32c } from '../../../src/kafka/codecs/crc32c.ts'
import { type BrokerTask, FetchSession } from '../../../src/kafka/consumer/fetchSession.ts'
import { codes } from '../../../src/kafka/protocol/errors.ts'
import type { FetchResponse } from '../../../src/kafka/protocol/fetch.ts'
import { walkBatches } from '../../../src/kafka/records/walkBatches.ts'
import { batchBytes, messageBytes } from '../records/logBytes.ts'

const reasons: string[] = []
let session: FetchSession
beforeEach(() => {
  reasons.length = 0
  session = sessionWith('end')
  learnLeader(1, 5)
})

function sessionWith(beyondEnd: 'start' | 'end'): FetchSession {
  return new FetchSession({
    topic: 't',
    partitions: null,
    from: new Map([[0, 10]]),
    untilEnd: false,
    limits: { beginMs: Number.POSITIVE_INFINITY, partitionMs: Number.POSITIVE_INFINITY },
    isNew: false,
    metadataMaxAgeMs: 60_000,
    codecs: batchCodecs(),
    beyondEnd,
    log: noLog,
    outages: { begin: (_, reason) => reasons.push(reason), end: () => undefined },
    absentText: () => 'absent',
  })
}

function learnLeader(leader: number, leaderEpoch: number): void {
  const partitions = [{ partition: 0, leader, leaderEpoch }]
  session.table.receiveMetadata({ name: 't', id: null, errorCode: 0, partitions }, 'b:1')
}

function batch(baseOffset: number, lastOffset = baseOffset, leaderEpoch = 5): Buffer {
  const record = { offset: baseOffset, timestamp: 0, key: null, value: Buffer.from('value') }
  return batchBytes({ baseOffset, lastOffset, leaderEpoch, baseTimestamp: 0, maxTimestamp: 0 }, [record])
}

function fetched(...batches: readonly Buffer[]) {
  const records = Buffer.concat(batches)
  const partition = {
    partition: 0,
    errorCode: 0,
    logEnd: 100,
    records,
    walk: walkBatches(records, crc32c),
    aborted: [],
  }
  const response: FetchResponse = { errorCode: 0, partitions: [partition] }
  return session.receiveRecords(session.taskFor(1) as BrokerTask, response, 'b:1')
}

describe('after a Fetch, the session', () => {
  test('fetches the offset after the last whole batch next, and hands on the whole batches', () => {
    const whole = [batch(10, 14), batch(15)]
    const cut = batch(16, 20).subarray(0, 40)
    const [partition] = fetched(...whole, cut)
    expect(partition).toMatchObject({ from: 10, next: 16, isFirst: true, isNews: true, logEnd: 100 })
    expect(partition?.records.equals(Buffer.concat(whole))).toBe(true)
    expect(session.taskFor(1)?.positions).toEqual(new Map([[0, 16]]))
  })

  test('fetches the same offset again where not one batch fits', () => {
    const [partition] = fetched(batch(10, 14).subarray(0, 60))
    expect(partition).toMatchObject({ next: 10 })
    expect(partition?.records).toHaveLength(0)
    expect(reasons).toEqual([])
  })

  test('does not go back where a batch ends before the requested offset', () => {
    expect(fetched(batch(5, 9))[0]?.next).toBe(10)
  })

  test('goes past messages of the old formats and past damage, and hands them on behind the batches', () => {
    const damaged = batch(16)
    damaged[70] = 0xff
    const [partition] = fetched(batch(10, 15), damaged, batch(17, 19))
    expect(partition).toMatchObject({ next: 20 })
    expect(partition?.bounds).toHaveLength(2)
    expect(partition?.records).toHaveLength(batch(10, 15).length + 2 * damaged.length)
    const message = messageBytes({ magic: 1, offset: 20, timestamp: 5, key: null, value: Buffer.from('a') })
    expect(fetched(message)[0]).toMatchObject({ next: 21, bounds: new Uint32Array([0]) })
  })

  test('reports once a part that is not a batch, and retries', () => {
    const zeros = Buffer.alloc(100)
    expect(fetched(zeros)[0]).toMatchObject({ from: 10, next: 10, records: zeros })
    learnLeader(1, 5)
    expect(fetched(zeros)).toEqual([])
    expect(reasons).toEqual(
      Array.from({ length: 2 }, () => 'b:1 sends something other than a record batch at offset 10'),
    )
  })

  test('asks a new leader about the last leader epoch, and about each epoch of before only once', () => {
    fetched(batch(10), batch(11, 11, 6))
    fetched(batch(12, 12, 6), batch(13, 13, 7))
    expect(session.table.cursors.get(0)?.epochs).toEqual([
      { epoch: 5, start: 10 },
      { epoch: 6, start: 11 },
      { epoch: 7, start: 13 },
    ])
    learnLeader(2, 8)
    expect(session.taskFor(2)).toMatchObject({ kind: 'epochs' })
    const [fault] = session.receiveEpochEnds([{ partition: 0, errorCode: 0, epoch: 6, endOffset: 12 }], 'b:2')
    expect(fault).toMatchObject({ code: 'LOG_TRUNCATED', offset: 12 })
    expect(session.taskFor(2)).toMatchObject({ kind: 'fetch', positions: new Map([[0, 12]]) })
  })
})

describe('where the log ends before the position, the session', () => {
  /** A Fetch at offset 10 of a log that holds offsets 2 to 4. */
  function outOfRange() {
    const none = { records: Buffer.alloc(0), walk: walkBatches(Buffer.alloc(0), crc32c), aborted: [] }
    const partition = { partition: 0, errorCode: codes.OFFSET_OUT_OF_RANGE, logEnd: -1, ...none }
    session.receiveRecords(session.taskFor(1) as BrokerTask, { errorCode: 0, partitions: [partition] }, 'b:1')
    session.receiveOffsets([{ topic: 't', partition: 0, errorCode: 0, offset: 2, timestamp: -1 }], 'b:1')
    return session.receiveOffsets([{ topic: 't', partition: 0, errorCode: 0, offset: 5, timestamp: -1 }], 'b:1')
  }

  test('continues at its end', () => {
    expect(outOfRange()).toMatchObject([{ code: 'LOG_TRUNCATED', offset: 5 }])
    expect(session.taskFor(1)).toMatchObject({ kind: 'fetch', positions: new Map([[0, 5]]) })
  })

  test('continues at its start on request', () => {
    session = sessionWith('start')
    learnLeader(1, 5)
    expect(outOfRange()).toMatchObject([{ code: 'LOG_TRUNCATED', offset: 0 }])
    expect(session.taskFor(1)).toMatchObject({ kind: 'offsets' })
    session.receiveOffsets([{ topic: 't', partition: 0, errorCode: 0, offset: 2, timestamp: -1 }], 'b:1')
    expect(session.taskFor(1)).toMatchObject({ kind: 'fetch', positions: new Map([[0, 2]]) })
  })
})
