import { type Group, memberCount } from './group.ts'

/**
 * The migrations of Kafka that keep a group's offsets: between classic and consumer with their members (KIP-848), and
 * between classic and any other kind without members (KIP-1071). Kafka treats a simple group as a classic one.
 */
export function canBecome(from: Group, to: Group): boolean {
  if (from.type === 'simple') return true
  if (from.type !== 'classic' && to.type !== 'classic') return false
  return from.type === 'consumer' || to.type === 'consumer' || memberCount(from) === 0
}
