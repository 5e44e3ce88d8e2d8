import type { KoffEvent } from '../../events/envelope.ts'
import { detailsFor, plainDetails } from '../../terminal/events/details.ts'
import { plainWords, wordsFor } from '../../terminal/words.ts'

const details = detailsFor(wordsFor(plainWords))

/** What an event says beyond its name, in the words of the command line. */
export function summaryOf(event: KoffEvent): string {
  const say = details[event.type] as ((data: KoffEvent['data']) => string) | undefined
  return say === undefined ? plainDetails(event.data) : say(event.data)
}

/** `offset-stalled` → `Offset stalled` */
export function typeText(type: string): string {
  const text = type.replaceAll('-', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `1 member`, `3 members` */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}
