import type { ConditionSettings } from '../../../src/state/conditions/settings.ts'
import { member, World } from './world.ts'

export interface Case {
  readonly name: string
  readonly settings?: Partial<ConditionSettings>
  readonly play: (world: World) => void
  readonly said: readonly string[]
}

/** A busy classic group: one member with the partition, a first commit, a log that is ahead. */
export const busy = (world: World) => world.generation(1, member('a', [0, 1])).commit({ 0: 100 })

export function run({ settings, play }: Case): World {
  const world = new World(settings)
  play(world)
  return world
}
