import { columnsOf, inColumns, terminalText } from '../../base/terminalText.ts'
import type { EventType } from '../../events/definitions.ts'
import type { KoffEvent, Severity } from '../../events/envelope.ts'
import { details } from './details.ts'
import type { Ink } from './ink.ts'

export interface LineOptions {
  readonly ink: Ink
  /** IANA name; that of the machine unless given. */
  readonly timeZone?: string
}

/**
 * Makes lines for people: time, severity, group, what happened. The group's column grows with the ids that come by, and a
 * day that begins has a line of its own. Each line ends in a line feed.
 */
export function lineFormatter({ ink, timeZone }: LineOptions): (event: KoffEvent) => string {
  const zone = timeZone === undefined ? {} : { timeZone }
  const days = new Intl.DateTimeFormat('en-GB', {
    ...zone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  })
  const times = new Intl.DateTimeFormat('en-GB', { ...zone, timeStyle: 'medium' })
  let day = ''
  let groupColumns = 12
  return event => {
    const date = dateOf(event.time)
    const eventDay = date === null ? day : days.format(date)
    const header = eventDay === day ? '' : `${ink('dim', `── ${eventDay} ──`)}\n`
    day = eventDay
    const group = terminalText(event.group === '' ? 'koff' : event.group)
    groupColumns = Math.min(Math.max(groupColumns, columnsOf(group)), 32)
    const time =
      date === null ? 'no time' : `${times.format(date)}.${String(date.getUTCMilliseconds()).padStart(3, '0')}`
    const text = details[event.type] as (data: KoffEvent['data'], ink: Ink) => string
    return `${header}${[
      ink('dim', inColumns(time, 12)),
      ink(severityStyle[event.severity], event.severity.padEnd(5)),
      ink(groupColour(event.group), inColumns(group, groupColumns)),
      `${ink(headlineStyle[event.severity], headline(event.type).padEnd(20))} ${text(event.data, ink)}`.trimEnd(),
    ].join('  ')}\n`
  }
}

/** `member joined` */
function headline(type: EventType): string {
  return type.replaceAll('-', ' ')
}

/** Null where a record has no time (message format v0 says -1), or one that no calendar holds. */
function dateOf(time: number): Date | null {
  const date = new Date(time)
  return time < 0 || Number.isNaN(date.getTime()) ? null : date
}

/** The same group has the same colour in every run: lines of one group are found at a glance. */
function groupColour(group: string) {
  let hash = 0
  for (const character of group) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return group === '' ? 'dim' : (groupColours[hash % groupColours.length] ?? 'cyan')
}

/** None of those that say how bad something is. */
const groupColours = ['cyan', 'magenta', 'blue', 'cyanBright', 'magentaBright', 'blueBright'] as const

const severityStyle = { info: 'dim', warn: 'yellow', error: ['bold', 'red'] } as const satisfies Record<
  Severity,
  unknown
>

const headlineStyle = {
  info: 'bold',
  warn: ['bold', 'yellow'],
  error: ['bold', 'red'],
} as const satisfies Record<Severity, unknown>
