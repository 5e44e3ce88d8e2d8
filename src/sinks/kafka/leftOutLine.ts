import type { LeftOut } from './messageLimits.ts'
import { raiseLimit } from './raiseLimit.ts'

/** What to log of what its topic does not take: nothing is lost silently. */
export function leftOutLine(
  { what, topic, bytes }: LeftOut,
  { brokers }: { readonly brokers: readonly string[] },
): readonly [message: string, fields: Readonly<Record<string, string | number>>] {
  const cure = `${raiseLimit({ topic, brokers })}, and restart koff`
  const { group } = what
  if ('id' in what) {
    const { id, type } = what
    const message = `event ${id} of group ${group} is left out: ${type}, ${bytes} bytes, and topic ${topic} takes no message as large; ${cure}`
    return [message, { group, type, id, bytes, topic }]
  }
  const message = `group ${group} is left out of topic ${topic}, which has an older state of it now: ${bytes} bytes, and the topic takes no message as large; ${cure}, which then writes it`
  return [message, { group, bytes, topic }]
}
