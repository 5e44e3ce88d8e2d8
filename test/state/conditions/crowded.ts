import { defineEvent } from '../../../src/events/definition.ts'
import { int, millis, string } from '../../../src/events/schema.ts'
import type { GroupCondition, GroupContext } from '../../../src/state/conditions/condition.ts'
import type { Open } from '../../../src/state/conditions/conditionEvents.ts'
import { threshold, type Values } from '../../../src/state/conditions/thresholds.ts'

/* A condition as a contributor would add it: its two events, and one file that has all of it. */

export const groupCrowded = defineEvent({
  type: 'group-crowded',
  severity: 'warn',
  section: 'Conditions over time',
  trigger: 'The group has had `crowdMembers` members or more for `crowdForMs`.',
  data: { memberCount: int('Members of the group.') },
})

export const groupThinned = defineEvent({
  type: 'group-thinned',
  severity: 'info',
  section: 'Conditions over time',
  closes: 'group-crowded',
  trigger: 'The group has fewer members again, or is gone.',
  data: { opened: string('Id of the event that opened the condition.'), durationMs: millis('How long it lasted.') },
})

const thresholds = {
  crowdMembers: threshold({ unit: 'records', min: 2, default: 3, text: 'how many members are a crowd.' }),
  crowdForMs: threshold({ unit: 'ms', min: 0, default: 30_000, text: 'how long there have to be as many.' }),
}
type Settings = Values<typeof thresholds>

interface Crowd {
  readonly since: number | null
  readonly open: Open | null
}

/** Its types of events are in no list of TypeScript. */
const opens = 'group-crowded' as never

export const crowded = {
  of: 'group',
  opens,
  shortName: 'crowded',
  key: 'crowd',
  thresholds,
  needs: 'records',
  initial: { since: null, open: null },
  judge,
  deadline: ({ since, open }, _group, { crowdForMs }) =>
    since === null || open !== null ? Number.POSITIVE_INFINITY : since + crowdForMs,
  end({ open }, { about, now, emit }) {
    if (open !== null) emit.close(opens, open, about, now, {})
  },
  openIn: ({ open }) => (open === null ? [] : [{ open, topic: null, partition: null }]),
} as const satisfies GroupCondition<Crowd, Settings>

function judge(crowd: Crowd, { group, settings, now, about, emit }: GroupContext<Settings>): Crowd {
  const memberCount = group?.members.size ?? 0
  const { open } = crowd
  if (memberCount < settings.crowdMembers) {
    if (open !== null) emit.close(opens, open, about, now, {})
    return crowd.since === null ? crowd : { since: null, open: null }
  }
  const since = crowd.since ?? now
  const due = since + settings.crowdForMs
  if (open !== null || due > now) return { since, open }
  return { since, open: emit.open(opens, about, due, { memberCount } as never) }
}
