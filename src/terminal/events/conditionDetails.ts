import { terminalText } from '../../base/terminalText.ts'
import type { EventData, EventType } from '../../events/definitions.ts'
import type { Words } from '../words.ts'
import * as common from '../words.ts'

const place = ({ topic, partition }: { readonly topic: string; readonly partition: number }) =>
  `${terminalText(topic)}[${partition}]`

const after = ({ durationMs }: { readonly durationMs: number | null }) =>
  durationMs === null ? '' : `after ${common.duration(durationMs)}`

/** What the events about conditions over time say beyond their names. */
export function conditionDetails(words: Words) {
  const say = { ...common, ...words }
  const names = (members: EventData<'rebalance-storm'>['joined']) =>
    say.some(
      members.map(({ memberId, clientId }) => say.memberOf(memberId, clientId)),
      4,
    )
  const behind = ({ lag, lagMs }: Pick<EventData<'lag-exceeded'>, 'lag' | 'lagMs'>) =>
    `${say.integer(lag)} behind${lagMs === null || lagMs.min === null ? '' : ` for at least ${say.duration(lagMs.min)}`}`
  const thresholdText = ({ threshold, thresholdOf }: Pick<EventData<'lag-exceeded'>, 'threshold' | 'thresholdOf'>) =>
    thresholdOf === 'time' ? say.duration(Number(threshold)) : say.integer(threshold)
  return {
    'offset-stalled': data =>
      `${place(data)} at ${say.integer(data.offset)}, ${behind(data)} · ${data.reason === 'repeating' ? 'the same commit keeps coming' : 'no commit comes'}` +
      (data.member === null
        ? ' · nobody owns it'
        : ` · owned by ${say.memberName(data.member)} ${say.memberOrigin(data.member)}`),
    'offset-resumed': data => `${place(data)} ${after(data)}`.trimEnd(),
    'lag-exceeded': data =>
      `${behind(data)}, threshold ${thresholdText(data)} · worst ${place(data.worst)}: ${say.integer(data.worst.lag)}`,
    'lag-recovered': after,
    'offset-at-risk': data =>
      `${place(data)} at ${say.integer(data.offset)}, the log has ${say.integer(data.logStart)} to ${say.integer(data.logEnd)}` +
      (data.expectedInMs === null ? '' : ` · retention reaches it in ${say.duration(data.expectedInMs)}`),
    'offset-safe': data => `${place(data)} ${after(data)}`,
    'offset-out-of-range': data =>
      `${place(data)} committed ${say.integer(data.offset)}, the log has ${say.integer(data.logStart)} to ${say.integer(data.logEnd)}`,
    'offset-range-recovered': data => `${place(data)} ${after(data)}`,
    'rebalance-stuck': ({ epoch, laggingMembers }) =>
      (epoch === null ? '' : `epoch ${epoch}`) +
      (laggingMembers === null ? '' : ` · waiting for ${say.some(laggingMembers.map(say.memberName), 4)}`),
    'rebalance-resumed': data => `epoch ${say.plain(data.epoch)} ${after(data)}`,
    'rebalance-storm': ({ count, joined, left }) =>
      say.count(count, 'rebalance') +
      (joined.length > 0 ? ` · came: ${names(joined)}` : '') +
      (left.length > 0 ? ` · went: ${names(left)}` : ''),
    'rebalance-settled': after,
    'partition-unassigned': data => `${place(data)} has no owner`,
    'partition-assigned': data => `${place(data)} ${after(data)}`,
    'assignment-skewed': ({ counts }) =>
      say.some(
        counts
          .toSorted((a, b) => b.partitions - a.partitions)
          .map(one => `${say.memberOf(one.memberId, one.clientId)} ${one.partitions}`),
        6,
      ),
    'assignment-balanced': after,
  } satisfies { readonly [T in EventType]?: (data: EventData<T>) => string }
}
