import { typesSelected } from '../config/eventPatterns.ts'
import { matchesGlob } from '../config/glob.ts'
import type { EventGroupType, GroupType, KoffEvent } from '../events/envelope.ts'

/** `on` and `where` of a pipeline, as written and as checked. */
export interface Selection {
  readonly on?: string | readonly string[] | undefined
  readonly where?:
    | {
        readonly groups?: readonly string[] | GroupPatterns | undefined
        readonly groupTypes?: readonly GroupType[] | undefined
      }
    | undefined
}

interface GroupPatterns {
  readonly include?: readonly string[] | undefined
  readonly exclude?: readonly string[] | undefined
}

/** Whether `on` and `where` select an event. Events without a group pass `where`. */
export function selects({ on, where }: Selection): (event: KoffEvent) => boolean {
  const types = on === undefined ? null : typesSelected([on].flat())
  const wants = selectsGroup(where)
  return ({ type, group, groupType }) => {
    if (types !== null && !types.has(type)) return false
    return group === '' || wants(group, groupType)
  }
}

/** Whether `where` admits a group. */
export function selectsGroup(where: Selection['where'] = {}): (group: string, groupType: EventGroupType) => boolean {
  const { groups = {}, groupTypes } = where
  const { include = ['*'], exclude = [] } = isList(groups) ? { include: groups } : groups
  const fits = (patterns: readonly string[], group: string) => patterns.some(pattern => matchesGlob(pattern, group))
  return (group, groupType) => {
    if (groupTypes !== undefined && !groupTypes.some(kind => kind === groupType)) return false
    return fits(include, group) && !fits(exclude, group)
  }
}

function isList(groups: readonly string[] | GroupPatterns): groups is readonly string[] {
  return Array.isArray(groups)
}
