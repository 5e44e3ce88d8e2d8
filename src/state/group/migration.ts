import { type Group, memberCount } from './group.ts'

/**
 * What Kafka turns a group into, its offsets stay: classic and consumer into each other with their members (KIP-848),
 * classic and any other kind into each other while there are none (KIP-1071). A simple group is a classic one to it.
 */
export function canBecome(from: Group, to: Group): boolean {
  if (from.type === 'simple') return true
  if (from.type !== 'classic' && to.type !== 'classic') return false
  return from.type === 'consumer' || to.type === 'consumer' || memberCount(from) === 0
}
