import { randomInt } from 'node:crypto'
import type { HashSeed } from '../state/offsets/halfSipHash.ts'

/** Made outside of the pure state, which knows no randomness. */
export function randomSeed(): HashSeed {
  return [randomInt(2 ** 32) | 0, randomInt(2 ** 32) | 0]
}
