import { z } from 'zod'
import { version } from '../../../base/version.ts'
import { clusterOf, clustersOf } from '../../../history/queries/cluster.ts'
import { positionsOf } from '../../../history/queries/coverage.ts'
import type { AboutAnswer } from '../answers.ts'
import { knownSpan } from '../covered.ts'
import { cluster } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { ms } from '../schemas.ts'

const query = z.object({ cluster })

const answer: z.ZodType<AboutAnswer> = z.strictObject({
  version: z.string(),
  mode: z.enum(['run', 'serve', 'page']),
  clusters: z.array(z.string()),
  cluster: z.string(),
  now: ms,
  readTo: z.array(
    z.strictObject({ partition: z.int(), position: z.int(), time: ms, recordsLeft: z.exactOptional(z.int()) }),
  ),
  known: z.strictObject({ from: ms, to: ms }).nullable(),
  ready: z.boolean(),
})

export const about = defineRoute({
  paths: ['/api/about'],
  summary: 'This koff, its clusters, and how far each partition of __consumer_offsets is read.',
  query,
  answer,
  async handle({ reader, now, mode, isReady, recordsLeft }, { cluster: given }) {
    const clusters = await clustersOf(reader)
    // Without a cluster it says which ones there are.
    const chosen = given === undefined && clusters.length > 1 ? (clusters[0] ?? '') : await clusterOf(reader, given)
    const positions = await positionsOf(reader, chosen)
    const readTo = positions.map(place => {
      const left = recordsLeft.get(place.partition)
      return { ...place, ...(left === undefined ? {} : { recordsLeft: left }) }
    })
    const known = (await knownSpan(reader, chosen, 'owners')) ?? (await knownSpan(reader, chosen, 'events'))
    return { version: version(), mode, clusters, cluster: chosen, now, readTo, known, ready: isReady }
  },
})
