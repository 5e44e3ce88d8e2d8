import { expect, test } from 'vitest'
import { offsetsPartitionOf } from '../../src/coordinator/consumerOffsets.ts'

/* Hashes of Java 17: `"koff".hashCode()` and so on. */
test.each([
  ['', 0],
  ['a', 97],
  ['koff', 3_297_572],
  ['grüße 🦊', 347_378_997],
  ['polygenelubricants', -2_147_483_648],
])('the group %j is in the partition that Kafka computes from its hash %d', (group, hash) => {
  for (const partitions of [1, 4, 50]) {
    const expected = hash === -(2 ** 31) ? 0 : Math.abs(hash) % partitions
    expect(offsetsPartitionOf(group, partitions)).toBe(expected)
  }
})
