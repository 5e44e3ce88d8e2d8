import { z } from 'zod'
import { section, whole } from '../../src/config/values/values.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { defineSink } from '../../src/sinks/definition.ts'

/** A type of sink as a contributor would add it: one definition, which `registry.ts` lists. */
export const memorySink = defineSink({
  type: 'memory',
  schema: () =>
    section({
      type: z.literal('memory').describe('A list in memory.'),
      size: whole(1, 1_000).default(10).describe('How many events it takes.'),
    }),
  nameOf: ({ size }) => `memory-${size}`,
  async open({ size }) {
    return {
      name: 'memory',
      open: async () => undefined,
      write: async events => void written.push(...events.slice(0, size)),
      [Symbol.asyncDispose]: async () => undefined,
    }
  },
})

/** What every sink of this type has taken. */
export const written: KoffEvent[] = []
