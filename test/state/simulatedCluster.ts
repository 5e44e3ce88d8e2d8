import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { batchOf, commitOf, commitWithId, markerOf, type TestRecord } from './batchOf.ts'
import {
  groupWriter,
  type Kind,
  newTrueGroup,
  newTrueMember,
  partitionCount,
  type TrueGroup,
  topicIds,
} from './simulatedGroup.ts'

export { type TrueGroup } from './simulatedGroup.ts'

interface OpenTransaction {
  readonly commits: {
    readonly group: string
    readonly partition: number
    readonly offset: number
    readonly at: number
  }[]
}

export interface SimulatedLog {
  readonly batches: readonly RecordBatch[]
  /** How the groups stand at the end. */
  readonly truth: ReadonlyMap<string, TrueGroup>
  /** Log positions at which a transaction is open: a cut there is in the middle of one. */
  readonly openAt: readonly number[]
}

export interface LogShape {
  /** What happens, as numbers that choose among what can happen. */
  readonly choices: readonly number[]
  /** 2: batches, several operations in one. 0 and 1: every message stands alone, and there are no new kinds of group. */
  readonly magic: 0 | 1 | 2
}

const groups = ['g', 'h', 'i'] as const
const producers = [1n, 2n] as const
/** Of `choice`: which group, what happens, and how. */
export const choiceLimit = groups.length * 20 * 1_000

/**
 * A coordinator in small: does what `choices` say, keeps the truth, and writes the records that a broker writes of it
 * (order and content as measured). What koff makes of the log can be held against a truth that it had no part in.
 */
export function simulatedLog({ choices, magic }: LogShape): SimulatedLog {
  const cluster = new Cluster(magic)
  for (const choice of choices) cluster.do(choice)
  return cluster.end()
}

class Cluster {
  readonly #truth = new Map<string, TrueGroup>()
  readonly #open = new Map<bigint, OpenTransaction>()
  /** Where the last plain record of an offset is: a transaction that came before does not count. */
  readonly #written = new Map<string, number>()
  readonly #batches: RecordBatch[] = []
  readonly #openAt: number[] = []
  readonly #magic: LogShape['magic']
  #waiting: TestRecord[] = []
  #position = 0
  #members = 0
  #clock = 1_700_000_000_000
  #topicId: string = topicIds[0]

  constructor(magic: LogShape['magic']) {
    this.#magic = magic
  }

  end(): SimulatedLog {
    this.#flush()
    return { batches: this.#batches, truth: this.#truth, openAt: this.#openAt }
  }

  do(choice: number): void {
    const name = groups[choice % groups.length] as string
    const what = Math.floor(choice / groups.length) % 20
    const more = Math.floor(choice / (groups.length * 20))
    this.#clock += more % 50 === 49 ? 4_000_000 : more % 8 === 7 ? 20_000 : 10
    // Else it goes into the batch of the operation before it.
    if (Math.floor(more / 7) % 2 === 0) this.#flush()
    const group = this.#truth.get(name)
    this.#operations[what]?.(name, group, more)
    if (this.#open.size > 0 && this.#waiting.length === 0) this.#openAt.push(this.#batches.length)
  }

  readonly #operations: readonly ((name: string, group: TrueGroup | undefined, more: number) => void)[] = [
    (name, group, more) => this.#join(name, group, more),
    (name, group, more) => this.#join(name, group, more),
    (name, group) => this.#leave(name, group),
    (name, group) => this.#leave(name, group),
    (name, group) => this.#restartStatic(name, group),
    (name, group, more) => this.#reconcile(name, group, more),
    (name, group, more) => this.#reconcile(name, group, more),
    (name, group, more) => this.#reconcile(name, group, more),
    (name, group) => this.#suspend(name, group),
    (name, group, more) => this.#migrate(name, group, more),
    (name, group) => this.#delete(name, group),
    (name, group, more) => this.#deleteOffset(name, group, more % partitionCount),
    (name, group, more) => this.#commit(name, group, more),
    (name, group, more) => this.#commit(name, group, more),
    (name, group, more) => this.#commit(name, group, more),
    (name, group, more) => this.#commitInTransaction(name, group, more),
    (name, group, more) => this.#commitInTransaction(name, group, more),
    (_name, _group, more) => this.#endTransaction(more),
    (name, group, more) => this.#rebalance(name, group, more),
    (_name, _group, more) => this.#skip(more),
  ]

  /** A member joins; the first one makes the group, of a kind that `more` tells. */
  #join(name: string, before: TrueGroup | undefined, more: number): void {
    const kinds: readonly Kind[] = this.#magic < 2 ? ['classic'] : ['classic', 'consumer', 'share', 'streams']
    const group = before ?? newTrueGroup()
    this.#truth.set(name, group)
    if (group.kind === 'simple') {
      group.kind = kinds[more % kinds.length] as Kind
      // What only committed is a classic group to Kafka, and an empty one makes way.
      if (group.kind !== 'classic' && (before !== undefined || more % 3 === 0)) {
        this.#write(...groupWriter(name, newTrueGroup('classic'), this.#topicId).tombstones())
      }
      // Brokers of today write a classic group down before its first generation.
      if (group.kind === 'classic' && more % 2 === 0) this.#write(this.#writer(name, group).classic())
    }
    this.#members += 1
    const id = `m${this.#members}`
    const isStatic = group.kind !== 'share' && more % 2 === 1
    group.members.set(id, newTrueMember(isStatic ? `static-${this.#members}` : null))
    const writer = this.#writer(name, group)
    if (group.kind === 'classic') {
      group.epoch += 1
      this.#write(writer.classic())
      return
    }
    if (group.epoch === 0) this.#write(...writer.beginning())
    group.epoch += group.epoch === 0 ? 2 : 1
    // A member with a regular expression comes before its group's first epoch.
    if (group.kind === 'consumer' && more % 5 === 4) this.#write(writer.member(id), writer.regex(['t']))
    this.#write(writer.member(id), writer.epoch(), ...writer.assign(), ...writer.reconcile(id))
  }

  /** A member goes, by a leave or a crash. */
  #leave(name: string, group: TrueGroup | undefined): void {
    const [id] = group?.members.keys() ?? []
    if (group === undefined || id === undefined) return
    const writer = this.#writer(name, group)
    const gone = group.kind === 'classic' ? [] : writer.tombstonesOf(id)
    group.members.delete(id)
    group.epoch += 1
    this.#write(...gone, group.kind === 'classic' ? writer.classic() : writer.epoch())
  }

  #restartStatic(name: string, group: TrueGroup | undefined): void {
    const [id, member] = [...(group?.members ?? [])].find(([, { instance }]) => instance !== null) ?? []
    if (group === undefined || id === undefined || member === undefined) return
    this.#members += 1
    const next = `m${this.#members}`
    const writer = this.#writer(name, group)
    const gone = group.kind === 'classic' ? [] : writer.tombstonesOf(id)
    const members = [...group.members].map(([each, what]) =>
      each === id ? ([next, what] as const) : ([each, what] as const),
    )
    group.members.clear()
    for (const [each, what] of members) group.members.set(each, what)
    if (member.epoch === -2) member.epoch = group.targetEpoch
    if (group.kind === 'classic') this.#write(writer.classic())
    else this.#write(...gone, writer.member(next), writer.current(next))
  }

  /** A heartbeat of a member: it may get a new target, and takes a step towards it. */
  #reconcile(name: string, group: TrueGroup | undefined, more: number): void {
    if (group === undefined || group.kind === 'classic' || group.kind === 'simple') return
    const present = [...group.members].filter(([, { epoch }]) => epoch !== -2)
    const [id] = present[more % Math.max(1, present.length)] ?? []
    if (id === undefined) return
    const writer = this.#writer(name, group)
    if (group.targetEpoch < group.epoch) this.#write(...writer.assign())
    this.#write(...writer.reconcile(id))
  }

  #suspend(name: string, group: TrueGroup | undefined): void {
    const [id, member] =
      [...(group?.members ?? [])].find(([, each]) => each.instance !== null && each.epoch !== -2) ?? []
    if (group?.kind !== 'consumer' || id === undefined || member === undefined) return
    member.epoch = -2
    member.revoking = []
    this.#write(this.#writer(name, group).current(id))
  }

  /** To the consumer protocol with all members, or back; an empty group to any kind by way of classic. */
  #migrate(name: string, group: TrueGroup | undefined, more: number): void {
    if (this.#magic < 2 || group === undefined || group.kind === 'simple') return
    const isEmpty = group.members.size === 0
    const kinds: readonly Kind[] = isEmpty ? ['consumer', 'share', 'streams'] : ['consumer']
    const kind = group.kind === 'classic' ? (kinds[more % kinds.length] as Kind) : 'classic'
    if (!isEmpty && (group.kind === 'share' || group.kind === 'streams')) return
    // Kafka turns a group into a share group as soon as its first member joins, and that one holds no offsets.
    if (kind === 'share' && group.offsets.size > 0) return
    this.#write(...this.#writer(name, group).tombstones())
    group.kind = kind
    for (const [, member] of group.members) Object.assign(member, { revoking: [], target: [], epoch: group.epoch })
    const writer = this.#writer(name, group)
    if (kind === 'classic') {
      if (isEmpty) group.epoch = 0
      this.#write(writer.classic())
    } else if (isEmpty) {
      group.epoch = 0
      group.targetEpoch = 0
      this.#join(name, group, more)
    } else {
      const ids = [...group.members.keys()]
      this.#write(...ids.map(writer.member), writer.epoch(), ...writer.assign(), ...ids.map(writer.current))
    }
  }

  #delete(name: string, group: TrueGroup | undefined): void {
    if (group === undefined || group.members.size > 0) return
    for (const partition of group.offsets.keys()) this.#writeOffset(name, partition, null)
    for (const { commits } of this.#open.values()) {
      // Offsets that a transaction wants go with the group, and have tombstones of their own.
      for (const { group: of, partition } of commits) if (of === name) this.#writeOffset(name, partition, null)
    }
    this.#forgetClaims(name)
    this.#write(...this.#writer(name, group).tombstones())
    this.#truth.delete(name)
  }

  #deleteOffset(name: string, group: TrueGroup | undefined, partition: number): void {
    if (group?.offsets.delete(partition) !== true) return
    this.#writeOffset(name, partition, null)
    this.#forgetClaims(name, partition)
  }

  #commit(name: string, group: TrueGroup | undefined, more: number): void {
    if (group?.kind === 'share') return
    const partition = more % partitionCount
    // Mostly forward, as jobs without members do.
    const offset = more % 4 === 0 ? more : (group?.offsets.get(partition) ?? 0) + 1 + (more % 5)
    this.#commitOffset(name, partition, offset)
    // The topic was deleted and made anew.
    if (more % 41 === 0) this.#topicId = topicIds[this.#topicId === topicIds[0] ? 1 : 0]
    this.#writeOffset(name, partition, offset, more % 3 > 0)
  }

  #commitInTransaction(name: string, group: TrueGroup | undefined, more: number): void {
    if (this.#magic < 2 || group?.kind === 'share') return
    this.#flush()
    const partition = more % partitionCount
    const producerId = producers[more % producers.length] as bigint
    const transaction = this.#open.get(producerId) ?? { commits: [] }
    this.#open.set(producerId, transaction)
    transaction.commits.push({ group: name, partition, offset: more, at: this.#position })
    const options = { baseOffset: this.#position, timestamp: this.#clock, producerId, isTransactional: true }
    this.#batches.push(batchOf([commitOf(name, 't', partition, more)], options))
    this.#position += 1
  }

  #endTransaction(more: number): void {
    const [producerId] = this.#open.keys()
    if (producerId === undefined) return
    this.#flush()
    const isCommit = more % 3 > 0
    for (const { group, partition, offset, at } of this.#open.get(producerId)?.commits ?? []) {
      const key = `${group} ${partition}`
      if (!isCommit || (this.#written.get(key) ?? -1) > at) continue
      this.#written.set(key, at)
      this.#commitOffset(group, partition, offset)
    }
    this.#open.delete(producerId)
    const options = { baseOffset: this.#position, timestamp: this.#clock, producerId }
    this.#batches.push(markerOf(isCommit ? 'COMMIT' : 'ABORT', options))
    this.#position += 1
  }

  /** A generation more of the same members, or a new target for them. */
  #rebalance(name: string, group: TrueGroup | undefined, more: number): void {
    if (group === undefined || group.members.size === 0) return
    group.epoch += 1
    const writer = this.#writer(name, group)
    if (group.kind === 'classic') return this.#write(writer.classic())
    this.#write(writer.epoch(), ...(more % 2 === 0 ? writer.assign() : []))
  }

  /** What stood here was compacted away. */
  #skip(more: number): void {
    this.#flush()
    this.#position += 1 + (more % 3)
  }

  #writer(name: string, group: TrueGroup) {
    return groupWriter(name, group, this.#topicId)
  }

  #commitOffset(name: string, partition: number, offset: number): void {
    const group = this.#truth.get(name) ?? newTrueGroup()
    this.#truth.set(name, group)
    group.offsets.set(partition, offset)
  }

  #forgetClaims(name: string, partition: number | null = null): void {
    for (const { commits } of this.#open.values()) {
      const left = commits.filter(
        claim => claim.group !== name || (partition !== null && claim.partition !== partition),
      )
      commits.splice(0, commits.length, ...left)
    }
  }

  #writeOffset(name: string, partition: number, offset: number | null, hasId = false): void {
    this.#written.set(`${name} ${partition}`, this.#position)
    this.#write(
      hasId && offset !== null
        ? commitWithId(name, 't', partition, offset, this.#topicId)
        : commitOf(name, 't', partition, offset, this.#clock),
    )
  }

  #write(...records: TestRecord[]): void {
    this.#waiting.push(...records)
    this.#position += records.length
  }

  #flush(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    const start = this.#position - waiting.length
    if (this.#magic === 2) this.#batches.push(batchOf(waiting, { baseOffset: start, timestamp: this.#clock }))
    else {
      const timestamp = this.#magic === 0 ? -1 : this.#clock
      waiting.forEach((record, at) => {
        const batch = batchOf([record], { baseOffset: start + at, timestamp })
        this.#batches.push({ ...batch, magic: this.#magic, leaderEpoch: -1 })
      })
    }
    this.#waiting = []
  }
}
