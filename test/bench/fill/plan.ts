/** What is written: PEERS' mix of a real topic, for any number of records. */
export interface Plan {
  readonly topics: readonly string[]
  readonly partitionsPerTopic: number
  readonly groups: readonly PlannedGroup[]
  /** How often each group commits all that it reads. */
  readonly rounds: number
  /** Groups of the new protocols (KIP-848, KIP-932), of each that many: a member joins and leaves. */
  readonly modernGroups: number
  readonly transactions: number
  readonly abortedTransactions: number
}

export interface PlannedGroup {
  readonly name: string
  /** True: a member joins by the classic protocol and commits in its generation. False: nobody is ever a member. */
  readonly hasMember: boolean
  readonly topics: readonly { readonly name: string; readonly partitions: readonly number[] }[]
}

export const defaultRecords = 5_370_000

const topicCount = 12
const partitionsPerTopic = 84
/** How many partitions the groups read, in turn: 37 on average, as many as a commit has records. */
const sizes = [8, 16, 24, 37, 40, 50, 84]
const rounds = 27
const averageSize = sizes.reduce((sum, size) => sum + size, 0) / sizes.length

/** Fewer records are fewer groups that do the same: as many distinct keys a record. */
export function planOf(records: number): Plan {
  const groupCount = Math.max(sizes.length, Math.round(records / (averageSize * rounds)))
  const share = records / defaultRecords
  const topics = Array.from({ length: topicCount }, (_, index) => `orders.region-${index}.v1`)
  return {
    topics,
    partitionsPerTopic,
    groups: Array.from({ length: groupCount }, (_, index) => plannedGroup(index, topics)),
    rounds,
    modernGroups: Math.max(1, Math.round(300 * share)),
    transactions: Math.max(10, Math.round(500 * share)),
    abortedTransactions: Math.max(1, Math.round(50 * share)),
  }
}

function plannedGroup(index: number, topics: readonly string[]): PlannedGroup {
  const size = sizes[index % sizes.length] ?? averageSize
  const first = topics[index % topics.length] ?? ''
  const second = topics[(index * 7 + 3) % topics.length] ?? ''
  const partitions = Array.from({ length: size }, (_, partition) => partition)
  const half = size >> 1
  return {
    name: `${names[index % names.length]}-service-${index}`,
    // Every third: 3 metadata records each, 5.3 thousand in all
    hasMember: index % 3 === 0,
    topics:
      index % 4 === 0 && first !== second
        ? [
            { name: first, partitions: partitions.slice(0, half) },
            { name: second, partitions: partitions.slice(half) },
          ]
        : [{ name: first, partitions }],
  }
}

const names = ['billing', 'shipment-tracking', 'fraud', 'search-indexer', 'mail'] as const
