import { type Command, Option } from 'commander'
import { checkSelector, typesSelected } from '../config/eventPatterns.ts'
import { matchesGlob } from '../config/glob.ts'
import { isOwnGroup } from '../engine/ownGroups.ts'
import type { EventType } from '../events/definitions.ts'
import { type KoffEvent, type Severity, severities } from '../events/envelope.ts'
import { choiceOption } from '../terminal/output.ts'
import { usage } from '../terminal/usage.ts'
import { namesMember, topicsIn } from './eventMentions.ts'

/** What `--event`, `--without-event`, `--group` and `--no-snapshot` say. */
export interface EventOptions {
  readonly event?: readonly string[]
  readonly withoutEvent?: readonly string[]
  readonly group?: readonly string[]
  readonly severity?: Severity
  readonly topic?: readonly string[]
  readonly member?: readonly string[]
  /** False with `--no-snapshot`. */
  readonly snapshot: boolean
}

export function addEventOptions(command: Command): Command {
  return command
    .option('--group <pattern>', 'only this group; * and ? as in a shell; may be repeated', collect)
    .addOption(
      new Option(
        '--event <pattern>',
        'only this type, offset-* for several, warn for all of that severity; default: all types that are on by default; may be repeated',
      ).argParser(collectEvent('--event')),
    )
    .addOption(
      choiceOption('--severity <least>', 'only what is as bad as this, or worse: info, warn, error', severities),
    )
    .option('--topic <pattern>', 'only events that name such a topic; may be repeated', collect)
    .option(
      '--member <pattern>',
      'only events that name such a member: its id or how it begins, instance id or client id; may be repeated',
      collect,
    )
    .addOption(
      new Option('--without-event <pattern>', 'not this type; may be repeated').argParser(
        collectEvent('--without-event'),
      ),
    )
    .option('--no-snapshot', 'no group-snapshot at the end of history')
}

export function typesOf({ event = ['default'], withoutEvent = [] }: EventOptions): Set<EventType> {
  const types = typesSelected(event)
  for (const type of typesSelected(withoutEvent)) types.delete(type)
  return types
}

/** What of the events the flags let through. With `name` the groups of that deployment are left out. */
export function eventFilter(options: EventOptions, name?: string): (event: KoffEvent) => boolean {
  const { group = ['*'], severity = 'info', topic, member } = options
  const ofGroup = groupFilter({ include: group, exclude: [], ...(name === undefined ? {} : { name }) })
  const least = severities.indexOf(severity)
  return event =>
    ofGroup(event) &&
    severities.indexOf(event.severity) >= least &&
    (topic === undefined || topicsIn(event).some(one => topic.some(pattern => matchesGlob(pattern, one)))) &&
    (member === undefined || namesMember(event, member))
}

export interface GroupFilter {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** The deployment whose own groups are excluded; none unless given. */
  readonly name?: string
}

/** Events about koff itself belong to no group and pass every filter of groups. */
export function groupFilter(filter: GroupFilter): (event: KoffEvent) => boolean {
  const wants = groupNameFilter(filter)
  return ({ group }) => group === '' || wants(group)
}

/** True for the groups that pass the filter. */
export function groupNameFilter({ include, exclude, name }: GroupFilter): (group: string) => boolean {
  const fits = (patterns: readonly string[], group: string) => patterns.some(pattern => matchesGlob(pattern, group))
  const isOwn = (group: string) => name !== undefined && isOwnGroup(group, name)
  return group => fits(include, group) && !fits(exclude, group) && !isOwn(group)
}

export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}

function collectEvent(flag: string) {
  return (value: string, previous: readonly string[] = []): string[] => {
    const fault = checkSelector(value)
    if (fault !== undefined) throw usage(`${flag}: ${fault}`)
    return [...previous, value]
  }
}
