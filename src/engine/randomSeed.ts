import { randomInt } from 'node:crypto'
import type { HashSeed } from '../state/offsets/halfSipHash.ts'

/** Created outside the pure state, which uses no randomness. */
export function randomSeed(): HashSeed {
  return [randomInt(2 ** 32) | 0, randomInt(2 ** 32) | 0]
}
