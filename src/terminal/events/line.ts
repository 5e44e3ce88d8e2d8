import { columnsOf, inColumns, terminalText } from '../../base/terminalText.ts'
import type { EventType } from '../../events/definitions.ts'
import type { KoffEvent, Severity } from '../../events/envelope.ts'
import { zoneText } from '../clock.ts'
import type { Ink } from '../ink.ts'
import { ShortNames } from '../shortNames.ts'
import { wordsFor } from '../words.ts'
import { wrapText } from '../wrap.ts'
import { detailsFor, plainDetails } from './details.ts'

export interface LineOptions {
  readonly ink: Ink
  /** Columns of the terminal, asked for at each line, since it may be resized; Infinity: no wrapping. */
  readonly width?: () => number
  /** True: nothing is shortened. */
  readonly wide?: boolean
  /** IANA name; that of the machine unless given. */
  readonly timeZone?: string
}

/** From this width on there is room for milliseconds, and for columns that are as wide as names usually are. */
const roomy = 110
const groupColumns = { narrow: 20, roomy: 32, wide: 249 }
const headlineColumns = 20

/**
 * Makes lines for people: time, severity, group, what happened; each ends in a line feed. What is too long for the terminal goes
 * on in further lines, indented. A day that begins has a line of its own, the first one with the zone of the times.
 *
 * `isLate` marks an event that comes after later ones of other partitions.
 */
export function lineFormatter(options: LineOptions): (event: KoffEvent, isLate?: boolean) => string {
  const { ink, width = () => Number.POSITIVE_INFINITY, wide = false, timeZone } = options
  const zone = timeZone === undefined ? {} : { timeZone }
  const days = new Intl.DateTimeFormat('en-GB', {
    ...zone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  })
  const times = new Intl.DateTimeFormat('en-GB', { ...zone, timeStyle: 'medium' })
  const details = detailsFor(wordsFor({ ink, wide }))
  const names = { narrow: new ShortNames(groupColumns.narrow), roomy: new ShortNames(groupColumns.roomy) }
  let day = ''
  let widest = 0

  function headerOf(date: Date): string {
    const eventDay = days.format(date)
    if (eventDay === day) return ''
    const said = day === '' ? `${eventDay}, times in ${zoneText(date.getTime(), timeZone)}` : eventDay
    day = eventDay
    return `${ink('dim', `── ${said} ──`)}\n`
  }

  return (event, isLate = false) => {
    const columns = width()
    const size = wide ? 'wide' : columns < roomy ? 'narrow' : 'roomy'
    const date = dateOf(event.time)
    const header = date === null ? '' : headerOf(date)
    const ms = date === null || size === 'narrow' ? '' : `.${String(date.getUTCMilliseconds()).padStart(3, '0')}`
    const time = `${date === null ? 'no time' : times.format(date)}${ms}`
    const name = terminalText(event.group === '' ? 'koff' : event.group)
    const group = size === 'wide' ? name : names[size].of(name)
    widest = Math.min(Math.max(widest, columnsOf(group), 12), groupColumns[size])
    const text = (details[event.type] ?? plainDetails) as (data: KoffEvent['data']) => string
    const title = headline(event.type)
    const prefix = [
      ink('dim', inColumns(time, size === 'narrow' ? 8 : 12) + (isLate ? '↑' : ' ')),
      ink(severityStyle[event.severity], event.severity.padEnd(size === 'narrow' ? 5 : 6)),
      ink(groupColour(event.group), inColumns(group, widest)),
    ].join(' ')
    const heading = ink(headlineStyle[event.severity], size === 'narrow' ? title : title.padEnd(headlineColumns))
    const indent = size === 'narrow' ? 16 : 23 + widest
    const line = `${prefix}  ${heading}${size === 'narrow' ? '  ' : ' '}${text(event.data)}`.trimEnd()
    return `${header}${wrapText(line, { width: columns, indent }).join('\n')}\n`
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
