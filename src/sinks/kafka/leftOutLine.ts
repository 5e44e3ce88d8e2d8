import type { LeftOut } from './messageLimits.ts'
import { raiseLimit } from './raiseLimit.ts'

/** What to log of an event that no topic takes: nothing is lost silently. */
export function leftOutLine(
  { event, topic, bytes }: LeftOut,
  { brokers }: { readonly brokers: readonly string[] },
): readonly [message: string, fields: Readonly<Record<string, string | number>>] {
  const { id, type, group } = event
  const cure = `${raiseLimit({ topic, brokers })}, and restart koff`
  const message = `event ${id} of group ${group} is left out: ${type}, ${bytes} bytes, and topic ${topic} takes no message as large; ${cure}`
  return [message, { group, type, id, bytes, topic }]
}
