import type { LeftOut } from './messageLimits.ts'
import { raiseLimit } from './raiseLimit.ts'

/** The log line for a dropped event or group: nothing is lost silently. */
export function leftOutLine(
  { what, topic, bytes }: LeftOut,
  { brokers }: { readonly brokers: readonly string[] },
): readonly [message: string, fields: Readonly<Record<string, string | number>>] {
  const cure = `${raiseLimit({ topic, brokers })}, and restart koff`
  const { group } = what
  if ('id' in what) {
    const { id, type } = what
    const message = `event ${id} of group ${group} is dropped: ${type}, ${bytes} bytes, too large for topic ${topic}; ${cure}`
    return [message, { group, type, id, bytes, topic }]
  }
  const message = `group ${group} is not written to topic ${topic}, which keeps an older state of it: ${bytes} bytes are too large for the topic; ${cure}, which then writes it`
  return [message, { group, bytes, topic }]
}
