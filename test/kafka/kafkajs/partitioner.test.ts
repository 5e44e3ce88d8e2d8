import * as fc from 'fast-check'
import kafkajs from 'kafkajs'
import { expect, test } from 'vitest'
import { partitioner } from '../../../src/kafka/kafkajs/partitioner.ts'

test('a group goes where kafkajs, as Java, would send its key', () => {
  const partitionMetadata = Array.from({ length: 7 }, (_, partitionId) => {
    return { partitionErrorCode: 0, partitionId, leader: 0, replicas: [], isr: [] }
  })
  const theirs = kafkajs.Partitioners.DefaultPartitioner()
  const ours = partitioner('koff.events', 7)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), group => {
      const message = { key: group, value: null }
      expect(ours(group)).toBe(theirs({ topic: 'koff.events', partitionMetadata, message }))
      expect(ours(group)).toBe(ours(group))
    }),
  )
})
