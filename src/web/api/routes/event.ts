import { z } from 'zod'
import { KoffError } from '../../../base/errors.ts'
import { consumerOffsets } from '../../../coordinator/consumerOffsets.ts'
import type { KoffEvent } from '../../../events/envelope.ts'
import { clusterOf } from '../../../history/queries/cluster.ts'
import { groupDiff } from '../../../history/queries/diff.ts'
import { eventById } from '../../../history/queries/events.ts'
import { changeAfter, type GroupAt, groupsAt, type StateBatch } from '../../../history/queries/groupsAt.ts'
import type { HistoryReader } from '../../../history/store.ts'
import type { EventAnswer } from '../answers.ts'
import { covered } from '../covered.ts'
import { cluster } from '../parameters.ts'
import { defineRoute } from '../route.ts'
import { coverage, diff, groupState, ms, stored } from '../schemas.ts'
import { viewOf } from './group.ts'

const query = z.object({ cluster, id: z.string().min(1).max(1_000).describe('The id of the event.') })

const answer: z.ZodType<EventAnswer> = z.strictObject({
  cluster: z.string(),
  ...stored.shape,
  before: groupState.nullable(),
  after: groupState.nullable(),
  diff: diff.nullable(),
  log: z
    .strictObject({ topic: z.string(), partition: z.int(), offset: z.int(), timestamp: ms })
    .describe('The record that it was read from, or is anchored to.'),
  coverage,
})

export const event = defineRoute({
  paths: ['/api/event', '/api/events/{id}'],
  summary: 'One event, its place in the log, and the group before and after it.',
  query,
  answer,
  async handle({ reader }, { cluster: given, id }) {
    const chosen = await clusterOf(reader, given)
    const found = await eventById(reader, chosen, id)
    if (found === null) throw new KoffError('NOT_FOUND', `no event ${JSON.stringify(id)} in the history`)
    const { event: of, sequence } = found
    const { partition, offset, timestamp } = of.source
    const times = { from: of.time, to: of.time, partition }
    const known = await covered(reader, { cluster: chosen, knows: ['events', 'owners'], ...times })
    const [before, after] =
      of.group === '' && of.groupType === 'unknown' ? [null, null] : await around(reader, chosen, of)
    return {
      cluster: chosen,
      event: of,
      sequence,
      before: before === null ? null : viewOf(before),
      after: after === null ? null : viewOf(after),
      diff: before === null && after === null ? null : groupDiff(of.group, before, after),
      log: { topic: consumerOffsets, partition, offset, timestamp },
      coverage: known,
    }
  },
})

/** The group before and after the batch of an event. A timed event changes no group. */
async function around(reader: HistoryReader, chosen: string, { id, type, group, time, source }: KoffEvent) {
  const at = async (moment: number, batch?: StateBatch): Promise<GroupAt | null> =>
    (await groupsAt(reader, { cluster: chosen, group, at: moment, batch })).groups[0] ?? null
  const isTimed = id.includes(`-${type}-`)
  if (isTimed) {
    const present = await at(time)
    return [present, present] as const
  }
  const { offset, timestamp } = source
  const change = await changeAfter(reader, { cluster: chosen, group, offset, near: timestamp })
  const before = await at(time - 1, { position: offset, time: timestamp + dayMs })
  // A commit leaves members and state as they were: the next change is of a later batch.
  const changesGroup = !type.startsWith('offset-') || type === 'offset-deleted'
  const batch = change !== null && changesGroup ? change : { position: offset, time: timestamp + dayMs }
  return [before, await at(time, batch)] as const
}

const dayMs = 86_400_000
