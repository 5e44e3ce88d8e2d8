import { describe, expect, it } from 'vitest'
import { decode, type GroupMetadata, isComplete } from '../../src/library/decode.ts'
import { bytesOf, type CorpusRecord, corpusLines } from '../kafka/records/corpus.ts'

interface OracleMember {
  readonly memberId: string
  readonly groupInstanceId?: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeout?: number
  readonly sessionTimeout: number
}

const records = [...corpusLines<CorpusRecord>('dev.records'), ...corpusLines<CorpusRecord>('old282.records')].filter(
  record => !record.isControl,
)
const decoded = records.map(({ keyBase64, valueBase64, oracle }) => ({
  message: decode(bytesOf(keyBase64), bytesOf(valueBase64)),
  oracle: oracle as { type: string; key: Record<string, unknown>; value: Record<string, unknown> | null } & Record<
    string,
    unknown
  >,
}))

describe('decode, held against what Kafka reads in real records', () => {
  it('gives every record its kind and its group', () => {
    const counts: Record<string, number> = {}
    for (const { message, oracle } of decoded) {
      counts[message.kind] = (counts[message.kind] ?? 0) + 1
      expect(message.group).toBe(oracle.key['group'] ?? oracle.key['groupId'])
      expect(message.kind === 'record' ? message.record.type : oracle.type).toBe(oracle.type)
    }
    expect(Object.keys(counts).sort()).toEqual(['group', 'offset', 'record'])
    expect(Object.values(counts).every(count => count > 50)).toBe(true)
  })

  it('gives offsets with all their fields', () => {
    const offsets = decoded.filter(({ message }) => message.kind === 'offset')
    expect(offsets.length).toBeGreaterThan(500)
    for (const { message, oracle } of offsets) {
      if (message.kind !== 'offset') continue
      expect(message).toMatchObject({ topic: oracle.key['topic'], partition: oracle.key['partition'] })
      const { value } = oracle
      expect(message.commit).toEqual(value === null ? null : commitIn(value))
    }
  })

  it('gives classic groups with members, their timeouts, subscriptions and assignments', () => {
    let members = 0
    let read = 0
    for (const { message, oracle } of decoded) {
      if (message.kind !== 'group' || message.groupMetadata === null) continue
      const { value } = oracle
      const { groupMetadata } = message
      expect(groupMetadata).toMatchObject({
        protocolType: value?.['protocolType'],
        generation: value?.['generation'],
        protocol: value?.['protocol'],
        leader: value?.['leader'],
      })
      const expected = value?.['members'] as OracleMember[]
      expect(groupMetadata.members).toHaveLength(expected.length)
      const embedded = (oracle['embedded'] ?? []) as { subscription?: object; assignment?: object }[]
      for (const [i, member] of groupMetadata.members.entries()) {
        const known = expected[i]
        members++
        expect(member).toMatchObject({
          id: known?.memberId,
          instanceId: known?.groupInstanceId ?? null,
          clientId: known?.clientId,
          host: known?.clientHost,
          sessionTimeoutMs: known?.sessionTimeout,
          rebalanceTimeoutMs: known?.rebalanceTimeout ?? known?.sessionTimeout,
        })
        const { subscription, assignment } = embedded[i] ?? {}
        const isEmbedded = subscription !== undefined
        if (isEmbedded) read++
        const unread = groupMetadata.protocolType === 'consumer' ? member.assignment : member.subscription
        expect([isEmbedded, unread === null]).toEqual([isEmbedded, !isEmbedded])
        expect(member.subscription?.topics).toEqual(dataOf(subscription, 'topics'))
        expect(member.assignment?.assignedPartitions).toEqual(dataOf(assignment, 'assignedPartitions'))
      }
    }
    expect(members).toBeGreaterThan(100)
    expect(read).toBeGreaterThan(100)
  })

  it('reads a value of a tombstone as null', () => {
    const key = bytesOf(records.find(({ oracle }) => oracle['typeId'] === 2)?.keyBase64 ?? '')
    expect(decode(key, null)).toMatchObject({ kind: 'group', groupMetadata: null })
  })
})

function dataOf(embedded: object | undefined, field: string): unknown {
  return embedded === undefined ? undefined : Reflect.get(Reflect.get(embedded, 'data') ?? {}, field)
}

/** A commit as the library tells it, from Kafka's own reading. */
function commitIn(value: Record<string, unknown>) {
  const leaderEpoch = value['leaderEpoch'] as number | undefined
  return {
    offset: int64(value['offset']),
    metadata: value['metadata'],
    leaderEpoch: leaderEpoch === undefined || leaderEpoch < 0 ? null : leaderEpoch,
    commitTimestamp: value['commitTimestamp'],
    expireTimestamp: value['expireTimestamp'] === -1 ? null : (value['expireTimestamp'] ?? null),
    topicId: value['topicId'] ?? null,
  }
}

describe('decode of what Kafka refuses', () => {
  const poison = corpusLines<{ keyBase64: string | null; valueBase64: string | null; kafkaAccepts: boolean }>('poison')

  it('is a message, never a throw, and never of what Kafka accepts', () => {
    const kinds = poison.map(({ keyBase64, valueBase64, kafkaAccepts }) => ({
      kafkaAccepts,
      isRead: decode(bytesOf(keyBase64), bytesOf(valueBase64)).kind !== 'undecodable',
    }))
    expect(kinds.length).toBeGreaterThan(300)
    expect(kinds.filter(({ kafkaAccepts, isRead }) => kafkaAccepts !== isRead)).toEqual([])
  })

  it('still knows the group where only the value cannot be read', () => {
    const key = Buffer.from('\0\x01\0\x01g\0\x01t\0\0\0\0')
    expect(decode(key, Buffer.from([0, 99]))).toMatchObject({
      kind: 'undecodable',
      group: 'g',
      fault: { code: 'UNKNOWN_VERSION', part: 'value', type: 'OFFSET_COMMIT' },
    })
    expect(decode(Buffer.from([0, 99]), null)).toMatchObject({ kind: 'undecodable', group: null })
    expect(decode(null, null)).toMatchObject({ kind: 'undecodable', group: null })
  })
})

describe('the bytes given to decode', () => {
  const { keyBase64, valueBase64 } = records.find(({ oracle }) => oracle['embedded'] !== undefined) ?? {}

  it('may be plain byte arrays, also parts of larger ones', () => {
    const whole = new Uint8Array([9, ...Buffer.from(keyBase64 ?? '', 'base64'), 9])
    const value = Buffer.from(valueBase64 ?? '', 'base64')
    const message = decode(whole.subarray(1, -1), Uint8Array.from(value))
    expect(message).toEqual(decode(Buffer.from(keyBase64 ?? '', 'base64'), value))
    expect(message.kind).toBe('group')
  })

  it('may be used for something else afterwards', () => {
    const key = Buffer.from(keyBase64 ?? '', 'base64')
    const value = Buffer.from(valueBase64 ?? '', 'base64')
    const message = decode(key, value)
    const before = structuredClone(message)
    key.fill(0xff)
    value.fill(0xff)
    expect(structuredClone(message)).toEqual(before)
  })
})

describe('group metadata', () => {
  const metadata: GroupMetadata = {
    protocolType: 'consumer',
    generation: 3,
    protocol: 'range',
    leader: 'a',
    currentStateTimestamp: null,
    members: [],
  }

  it('is complete when the group has a leader', () => {
    expect(isComplete(metadata)).toBe(true)
    expect(isComplete({ ...metadata, leader: null, protocol: null })).toBe(false)
    expect(isComplete({ ...metadata, leader: '' })).toBe(false)
    expect(isComplete(null)).toBe(false)
  })

  it('is complete in real records exactly where the group has members', () => {
    let complete = 0
    for (const { message } of decoded) {
      if (message.kind !== 'group' || message.groupMetadata === null) continue
      expect(isComplete(message.groupMetadata)).toBe(message.groupMetadata.members.length > 0)
      if (isComplete(message.groupMetadata)) complete++
    }
    expect(complete).toBeGreaterThan(50)
  })
})

/** The corpus has int64 that no number holds as texts. */
function int64(value: unknown): unknown {
  return typeof value === 'string' ? BigInt(value) : value
}
