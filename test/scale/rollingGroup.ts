import { commitWithId, type TestRecord } from '../state/batchOf.ts'
import { consumerRecords } from '../state/modernRecords.ts'

export interface Topic {
  readonly id: string
  readonly name: string
  readonly partitions: number
}

interface Member {
  readonly id: string
  epoch: number
  /** As CURRENT records count it: 0 stable, 1 has partitions to revoke, 2 waits for partitions. */
  state: 0 | 1 | 2
  assigned: number[]
  revoking: number[]
  target: number[]
}

/**
 * A consumer group (KIP-848) that writes what a coordinator of Kafka 4.3 writes, and keeps the list of events that this
 * means. Records collect until `take`: they are one batch, and one transition.
 */
export class RollingGroup {
  readonly name: string
  /** One line for each event that koff is to tell: its type, and what tells it from others of its type. */
  readonly expected: string[] = []
  readonly topics: readonly Topic[]
  readonly #places: { readonly topic: Topic; readonly partition: number }[] = []
  readonly #records
  readonly #members: Member[] = []
  /** By partition: the member that has not given it up. */
  readonly #holder: (Member | null)[]
  readonly #unassigned = new Set<number>()
  #epoch = 1
  #targetEpoch = 1
  /** Members that are not stable at the group's epoch. */
  #lagging = 0
  #next = 0
  #born = 0
  #batch: TestRecord[] = []
  #joined: Member[] = []
  readonly #committed: string[] = []
  #left: Member[] = []
  #epochBefore = 0
  #settledEpoch = 0

  constructor(name: string, topics: readonly Topic[]) {
    this.name = name
    this.topics = topics
    this.#records = consumerRecords(name)
    for (const topic of topics) {
      for (let partition = 0; partition < topic.partitions; partition++) this.#places.push({ topic, partition })
    }
    this.#holder = this.#places.map(() => null)
    for (const at of this.#places.keys()) this.#unassigned.add(at)
  }

  get size(): number {
    return this.#members.length
  }

  get isSettled(): boolean {
    return this.#lagging === 0 && this.#epoch === this.#targetEpoch
  }

  /** By member: `topic-partition` of all that it holds. */
  get held(): ReadonlyMap<string, readonly string[]> {
    const withPartitions = this.#members.filter(({ assigned }) => assigned.length > 0)
    return new Map(withPartitions.map(({ id, assigned }) => [id, this.#named(assigned).toSorted()]))
  }

  /** Offset 0 of every partition of a topic. With the id in it, a commit tells what the topic is called. */
  commit({ id, name, partitions }: Topic): void {
    for (let partition = 0; partition < partitions; partition++) {
      this.#batch.push(commitWithId(this.name, name, partition, 0, id))
      this.#committed.push(`offset-committed ${name}-${partition} 0`)
    }
  }

  join(): void {
    const id = `${this.name}-${String(this.#born++).padStart(6, '0')}`
    const member: Member = { id, epoch: 0, state: 2, assigned: [], revoking: [], target: [] }
    this.#members.push(member)
    this.#joined.push(member)
    this.#batch.push(
      this.#records.member(id, { clientId: `${this.name}-client`, topics: this.topics.map(({ name }) => name) }),
    )
    this.#bump()
    this.#assign(member)
    this.#advance(member)
  }

  /** The member that has been there longest; its partitions find an owner at the next heartbeat. */
  leave(): void {
    const member = this.#members.shift()
    if (member === undefined) throw new RangeError(`${this.name} has no members`)
    this.#left.push(member)
    const { id } = member
    this.#batch.push(this.#records.current(id, null), this.#records.target(id, null), this.#records.member(id, null))
    for (const at of member.target) this.#unassigned.add(at)
    for (const at of [...member.assigned, ...member.revoking]) this.#holder[at] = null
    this.#bump()
  }

  /** Of the next member in turn. */
  heartbeat(): void {
    this.#next = (this.#next + 1) % this.#members.length
    const member = this.#members[this.#next] as Member
    if (this.#targetEpoch !== this.#epoch) this.#assign(null)
    if (member.revoking.length > 0) {
      for (const at of member.revoking) this.#holder[at] = null
      member.revoking = []
      return this.#advance(member)
    }
    const revoking = member.assigned.filter(at => !member.target.includes(at))
    if (revoking.length === 0) {
      if (member.epoch !== this.#targetEpoch || member.state !== 0) this.#advance(member)
      return
    }
    this.#change(member, () => {
      member.revoking = revoking
      member.assigned = member.assigned.filter(at => member.target.includes(at))
      member.state = 1
    })
  }

  /** Ends the batch: what one append of the coordinator writes. Null where nothing was written. */
  take(): readonly TestRecord[] | null {
    const records = this.#batch
    if (records.length === 0) return null
    if (this.expected.length === 0) this.expected.push('group-created')
    this.expected.push(...this.#committed.splice(0))
    for (const { id } of this.#left) this.expected.push(`member-left ${id}`)
    for (const { id } of this.#joined) this.expected.push(`member-joined ${id}`)
    if (this.#members.length === 0) return this.#endBatch(records)
    if (this.#epoch > this.#epochBefore) this.expected.push(`rebalance-started ${this.#epochBefore} ${this.#epoch}`)
    if (this.isSettled && this.#epoch > this.#settledEpoch) {
      this.expected.push(`rebalance ${this.#settledEpoch} ${this.#epoch}`)
      this.#settledEpoch = this.#epoch
    }
    this.#epochBefore = this.#epoch
    return this.#endBatch(records)
  }

  #endBatch(records: readonly TestRecord[]): readonly TestRecord[] {
    this.#batch = []
    this.#joined = []
    this.#left = []
    return records
  }

  #bump(): void {
    this.#epoch++
    this.#lagging = this.#members.length
    this.#batch.push(this.#records.epoch(this.#epoch))
  }

  /** The same number of partitions for each member, one more or less, and as few moves as that takes. */
  #assign(joined: Member | null): void {
    const changed = new Set<Member>(joined === null ? [] : [joined])
    for (const at of this.#unassigned) {
      const { least } = this.#extremes()
      least.target.push(at)
      changed.add(least)
    }
    this.#unassigned.clear()
    for (let found = this.#extremes(); found.most.target.length > found.least.target.length + 1; ) {
      found.least.target.push(found.most.target.pop() as number)
      changed.add(found.least).add(found.most)
      found = this.#extremes()
    }
    for (const { id, target } of changed) this.#batch.push(this.#records.target(id, this.#ids(target)))
    this.#targetEpoch = this.#epoch
    this.#batch.push(this.#records.targetEpoch(this.#epoch))
  }

  #extremes(): { readonly least: Member; readonly most: Member } {
    let [least, most] = [this.#members[0] as Member, this.#members[0] as Member]
    for (const member of this.#members) {
      if (member.target.length < least.target.length) least = member
      if (member.target.length > most.target.length) most = member
    }
    return { least, most }
  }

  /** Takes those of its partitions that nobody holds, and is at the epoch of the target. */
  #advance(member: Member): void {
    const gained = member.target.filter(at => this.#holder[at] === null)
    const { epoch, state } = member
    if (gained.length === 0 && epoch === this.#targetEpoch && state === 2) return
    this.#change(member, () => {
      for (const at of gained) this.#holder[at] = member
      member.assigned.push(...gained)
      member.epoch = this.#targetEpoch
      member.state = member.assigned.length === member.target.length ? 0 : 2
    })
  }

  #change(member: Member, change: () => void): void {
    const isStable = () => member.epoch === this.#epoch && member.state === 0
    const before = isStable()
    change()
    this.#lagging += Number(before) - Number(isStable())
    const { id, epoch, state, assigned, revoking } = member
    this.#batch.push(
      this.#records.current(id, { epoch, state, assigned: this.#ids(assigned), revoking: this.#ids(revoking) }),
    )
  }

  #ids(places: readonly number[]): Record<string, number[]> {
    const byTopic: Record<string, number[]> = {}
    for (const at of places) {
      const { topic, partition } = this.#place(at)
      ;(byTopic[topic.id] ??= []).push(partition)
    }
    return byTopic
  }

  #named(places: readonly number[]): string[] {
    return places.map(at => `${this.#place(at).topic.name}-${this.#place(at).partition}`)
  }

  #place(at: number) {
    const place = this.#places[at]
    if (place === undefined) throw new RangeError(`${this.name} has no partition ${at}`)
    return place
  }
}
