import { ask } from '../ask.ts'
import type { TimelineModel } from '../timeline/model.ts'
import type { PointedAt } from '../timeline/pointed.ts'

/** The event that a part of the picture comes from; null: there is none, or none is known. */
export async function eventAt(group: string, { what }: PointedAt, model: TimelineModel): Promise<string | null> {
  try {
    switch (what.kind) {
      case 'marks':
        return what.marks[0]?.id ?? null
      case 'owned':
        return await rebalanceOf(group, what.from, model)
      case 'gap':
        return await newest({ group, to: what.from })
      case 'member': {
        const member = model.owners[what.owner]?.memberId
        return await newest({ group, to: what.from, member })
      }
      case 'time':
        return null
    }
  } catch {
    // The panel shows the group as of the time; an event is more than was asked for.
    return null
  }
}

/** The rebalance that gave a member a partition: the one that ran then, or else the last event before. */
async function rebalanceOf(group: string, time: number, { rebalances }: TimelineModel): Promise<string | null> {
  const found = rebalances.find(one => one.time >= time && (one.startedAt ?? one.time) <= time)
  return found?.id ?? newest({ group, to: time })
}

async function newest(question: Readonly<Record<string, string | number | undefined>>): Promise<string | null> {
  const { events } = await ask('/api/events', { ...question, order: 'newest', limit: 1 })
  return events[0]?.event.id ?? null
}
