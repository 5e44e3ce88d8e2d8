import { describe, expect, it } from 'vitest'
import {
  decodeAssignment,
  decodeSubscription,
  embeddedAssignment,
  embeddedSubscription,
} from '../../src/coordinator/consumerProtocol.ts'
import { consumerProtocolAssignmentJson } from '../../src/coordinator/generated/consumerProtocolAssignment.ts'
import { consumerProtocolSubscriptionJson } from '../../src/coordinator/generated/consumerProtocolSubscription.ts'
import { bytesOf, corpusLines } from '../kafka/records/corpus.ts'

interface Vector {
  readonly kind: string
  readonly version: number
  readonly valueBase64: string
  readonly oracleValue: unknown
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('what clients put into their members', () => {
  const vectors = corpusLines<Vector>('vectors-dev')

  it('subscriptions of every version, as Kafka reads them', () => {
    const subscriptions = vectors.filter(({ kind }) => kind === 'ConsumerProtocolSubscription')
    expect(new Set(subscriptions.map(({ version }) => version))).toEqual(new Set([0, 1, 2, 3]))
    for (const { version, valueBase64, oracleValue } of subscriptions) {
      const embedded = embeddedSubscription(bytesOf(valueBase64))
      const json = embedded.kind === 'data' ? consumerProtocolSubscriptionJson(embedded.data, version) : null
      expect(json).toEqual(oracleValue)
      expect(embedded).toMatchObject({ version, remaining: 0 })
    }
  })

  it('assignments of every version, as Kafka reads them', () => {
    const assignments = vectors.filter(({ kind }) => kind === 'ConsumerProtocolAssignment')
    expect(new Set(assignments.map(({ version }) => version))).toEqual(new Set([0, 1, 2, 3]))
    for (const { version, valueBase64, oracleValue } of assignments) {
      const embedded = embeddedAssignment(bytesOf(valueBase64))
      expect(embedded.kind === 'data' ? consumerProtocolAssignmentJson(embedded.data) : null).toEqual(oracleValue)
      expect(embedded).toMatchObject({ version, remaining: 0 })
    }
  })

  it('a version that is not known yet is read as the newest known, with bytes left over', () => {
    const version9 = hex('0009 00000001 0001 74 ffffffff 00000000 00000005 ffff cafe')
    expect(embeddedSubscription(version9)).toEqual({
      kind: 'data',
      version: 9,
      data: { topics: ['t'], userData: null, ownedPartitions: [], generationId: 5, rackId: null },
      remaining: 2,
    })
    expect(decodeSubscription(version9)).toMatchObject({ topics: ['t'], generationId: 5 })
  })

  it('an assignment without bytes means none yet; a subscription without bytes is unreadable', () => {
    expect(embeddedAssignment(hex(''))).toEqual({ kind: 'empty' })
    expect(decodeAssignment(hex(''))).toBeNull()
    expect(embeddedSubscription(hex(''))).toMatchObject({ kind: 'unreadable', code: 'UNDERFLOW', position: 0 })
  })

  it('a subscription keeps its topics wherever after them its bytes end; without all its topics it is null', () => {
    const topics = hex('0003 00000002 0006 6f7264657273 0001 74')
    const rest = hex('00000002 cafe 00000001 0001 74 00000001 00000000 00000005 0004 7261636b')
    const whole = Buffer.concat([topics, rest])
    for (let length = 0; length <= whole.length; length++) {
      const subscription = decodeSubscription(whole.subarray(0, length))
      expect([length, subscription?.topics ?? null]).toEqual([length, length < topics.length ? null : ['orders', 't']])
    }
    expect(decodeSubscription(whole)).toMatchObject({ generationId: 5, rackId: 'rack' })
    expect(decodeSubscription(whole.subarray(0, -1))).toMatchObject({ generationId: 5, rackId: null })
    expect(decodeSubscription(whole.subarray(0, topics.length + 7))?.userData).toEqual(hex('cafe'))
  })

  it('a subscription of version 1 without its last list, as kafka-go and sarama-cluster write it, is read', () => {
    const bytes = hex('0001 00000001 0006 6f7264657273 00000000')
    expect(decodeSubscription(bytes)).toEqual({
      topics: ['orders'],
      userData: hex(''),
      ownedPartitions: [],
      generationId: -1,
      rackId: null,
    })
    expect(embeddedSubscription(bytes)).toMatchObject({ kind: 'unreadable', code: 'UNDERFLOW' })
  })

  it('bytes that Kafka could not read give a reason, and null', () => {
    const negative = hex('ffff 00000000 ffffffff')
    expect(embeddedSubscription(negative)).toMatchObject({ kind: 'unreadable', code: 'UNKNOWN_VERSION' })
    expect(decodeSubscription(negative)).toBeNull()
    expect(embeddedAssignment(hex('0000 00000001'))).toMatchObject({ code: 'BAD_LENGTH', position: 6 })
    expect(decodeAssignment(hex('0000 00000001'))).toBeNull()
  })
})
