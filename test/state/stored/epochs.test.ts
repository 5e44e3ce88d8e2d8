import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newMember } from '../../../src/state/group/group.ts'
import { packEpochs, unpackEpochs } from '../../../src/state/stored/epochs.ts'

const epoch = fc.oneof(
  fc.constantFrom(null, -2, -1, 0, 1),
  fc.integer({ min: 40, max: 44 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
)
const members = fc.uniqueArray(fc.record({ id: fc.string({ unit: 'binary' }), epoch, stable: fc.boolean() }), {
  selector: ({ id }) => id,
  maxLength: 60,
})

describe('packed epochs', () => {
  it('are read back for the same ids, in whatever order those come', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(100), fc.constant(2 ** 31 - 1)), members, (groupEpoch, all) => {
        const packed = packEpochs(
          groupEpoch,
          all.map(member => ({ ...newMember(member.id), ...member })),
        )
        const found = unpackEpochs(packed, groupEpoch, all.map(({ id }) => id).toReversed())
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(all.map(({ id, ...rest }) => [id, rest])))
      }),
    )
  })

  it('of 2,000 members that are all at the epoch of their group take a few bytes, in the middle of a rebalance 3 kB', () => {
    const at = (epochOf: (n: number) => number) =>
      packEpochs(
        50,
        Array.from({ length: 2_000 }, (_, n) => ({ ...newMember(`m${n}`), epoch: epochOf(n), stable: true })),
      ).length
    expect(at(() => 50)).toBeLessThan(10)
    expect(at(n => 50 - ((n * 7) % 41))).toBeLessThan(3_000)
  })

  it('of fewer members than there are cannot be read', () => {
    const packed = packEpochs(1, [{ ...newMember('a'), epoch: 1 }])
    expect(() => unpackEpochs(packed, 1, ['a', 'b'])).toThrow('fewer epochs than members')
  })
})
