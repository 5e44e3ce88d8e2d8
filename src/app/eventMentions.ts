import { matchesGlob } from '../config/glob.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { plainWords, wordsFor } from '../terminal/words.ts'

/** Every topic that an event names, in whatever place. */
export function topicsIn(event: KoffEvent): string[] {
  const topics: string[] = []
  visit(event.data, (key, value) => {
    if (key === 'topic' && typeof value === 'string') topics.push(value)
    if (key === 'topics' && Array.isArray(value)) topics.push(...value.filter(one => typeof one === 'string'))
  })
  return topics
}

/** Keys under which events name a member, by one of its names. */
const memberKeys: ReadonlySet<string> = new Set(['id', 'memberId', 'instanceId', 'clientId', 'leader'])
/** Events of which `from` and `to` are members. */
const ofMembers: ReadonlySet<string> = new Set(['member-replaced', 'leader-changed'])

/** True where one of the patterns fits a name of a member in the event, or the name is how one begins or is shown. */
export function namesMember(event: KoffEvent, patterns: readonly string[]): boolean {
  const names: string[] = []
  visit(event.data, (key, value) => {
    if (
      typeof value === 'string' &&
      (memberKeys.has(key) || (ofMembers.has(event.type) && (key === 'from' || key === 'to')))
    ) {
      names.push(value)
    }
    if (isObject(value) && 'clientId' in value) names.push(shownName(value))
    if (key === 'unreadable' && Array.isArray(value)) names.push(...value.filter(one => typeof one === 'string'))
  })
  return names.some(name => patterns.some(pattern => matchesGlob(pattern, name) || name.startsWith(pattern)))
}

const words = wordsFor(plainWords)

function shownName({ id, memberId, clientId }: Readonly<Record<string, unknown>>): string {
  const member = typeof id === 'string' ? id : memberId
  return words.memberOf(typeof member === 'string' ? member : '', typeof clientId === 'string' ? clientId : '')
}

function visit(value: unknown, found: (key: string, value: unknown) => void, key = ''): void {
  found(key, value)
  if (Array.isArray(value)) for (const item of value) visit(item, found)
  else if (isObject(value)) for (const [name, item] of Object.entries(value)) visit(item, found, name)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
