import type { Group } from './group.ts'

/**
 * The same group goes on: of the same kind, or of one that Kafka turns it into. Between classic and consumer with its
 * members (KIP-848), between classic and streams while it is empty (KIP-1071); its offsets stay. Nothing else becomes of
 * a group that has records: then one went and another of its name came.
 */
export function goesOn(before: Group, after: Group): boolean {
  return before.type === after.type || before.type === 'simple' || isMigration(before, after)
}

export function isMigration(before: Group, after: Group): boolean {
  const [from, to] = [before.type, after.type]
  return (from === 'classic' && isModern(to)) || (to === 'classic' && isModern(from))
}

function isModern(type: Group['type']): boolean {
  return type === 'consumer' || type === 'streams'
}
