import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { batchOf, classicOf, commitOf, markerOf, type TestRecord } from './batchOf.ts'
import { consumerRecords, shareRecords, streamsRecords } from './modernRecords.ts'

/** A group as it truly is. */
export interface TrueGroup {
  kind: 'simple' | 'classic' | 'consumer' | 'share' | 'streams'
  epoch: number
  /** Member id → instance id; null: a dynamic member. */
  readonly members: Map<string, string | null>
  /** `partition` of topic `t` → offset. */
  readonly offsets: Map<number, number>
}

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

/**
 * A coordinator in small: does what `choices` say, keeps the truth, and writes the records that a broker writes of it
 * (order and content as measured). What koff makes of the log can be held against a truth that it had no part in.
 */
export function simulatedLog({ choices, magic }: LogShape): SimulatedLog {
  const truth = new Map<string, TrueGroup>()
  const open = new Map<bigint, OpenTransaction>()
  /** Where the last plain record of an offset is: a transaction that came before does not count. */
  const written = new Map<string, number>()
  const batches: RecordBatch[] = []
  const openAt: number[] = []
  let waiting: TestRecord[] = []
  let position = 0
  let members = 0
  let clock = 1_700_000_000_000

  const flush = () => {
    if (waiting.length === 0) return
    if (magic === 2) batches.push(batchOf(waiting, { baseOffset: position - waiting.length, timestamp: clock }))
    else {
      waiting.forEach((record, at) => {
        const options = { baseOffset: position - waiting.length + at, timestamp: magic === 0 ? -1 : clock }
        batches.push({ ...batchOf([record], options), magic, leaderEpoch: -1 })
      })
    }
    waiting = []
  }
  const write = (...records: TestRecord[]) => {
    for (const record of records) {
      waiting.push(record)
      position += 1
    }
  }
  const commit = (name: string, partition: number, offset: number | null) => {
    written.set(`${name} ${partition}`, position)
    write(commitOf(name, 't', partition, offset))
  }
  const forget = (name: string) => {
    const group = truth.get(name)
    for (const partition of group?.offsets.keys() ?? []) commit(name, partition, null)
    for (const { commits } of open.values()) {
      // Offsets that a transaction wants go with the group, and have tombstones of their own.
      for (const { group: of, partition } of commits) if (of === name) commit(name, partition, null)
      for (let at = commits.length - 1; at >= 0; at--) if (commits[at]?.group === name) commits.splice(at, 1)
    }
    truth.delete(name)
  }

  for (const choice of choices) {
    const name = groups[choice % groups.length] as string
    const what = Math.floor(choice / groups.length) % 16
    const more = Math.floor(choice / (groups.length * 16))
    const group = truth.get(name)
    const partition = more % 3
    clock += 10
    // Else it goes into the batch of the operation before it.
    if (Math.floor(more / 7) % 2 === 0) flush()
    switch (what) {
      case 0:
      case 1: {
        // A member comes; the first one makes the group, of a kind that `more` tells.
        const kind =
          group === undefined || group.kind === 'simple' ? kinds(magic)[more % kinds(magic).length] : group.kind
        const joined = group ?? { kind: 'simple', epoch: 0, members: new Map(), offsets: new Map() }
        const was = joined.kind
        joined.kind = kind ?? 'classic'
        truth.set(name, joined)
        members += 1
        const id = `m${members}`
        joined.members.set(id, joined.kind !== 'share' && more % 2 === 1 ? `static-${members}` : null)
        joined.epoch += 1
        if (joined.kind === 'classic') write(classicRecord(name, joined))
        else {
          if (was === 'simple') write(classicOf(name, null))
          write(...described(name, joined, id), epochRecord(name, joined), current(name, joined, id))
        }
        // Nobody is gone again before he was seen: what history and news make of that is not the same.
        if (joined.epoch === 1) flush()
        break
      }
      case 2:
      case 14: {
        // A member goes, by a leave or a crash.
        const [id] = group?.members.keys() ?? []
        if (group === undefined || id === undefined) break
        group.members.delete(id)
        group.epoch += 1
        if (group.kind === 'classic') write(classicRecord(name, group))
        else write(...gone(name, group, id), epochRecord(name, group))
        break
      }
      case 3: {
        // A static member is restarted.
        const found = [...(group?.members ?? [])].find(([, instance]) => instance !== null)
        if (group === undefined || found === undefined) break
        const [id, instance] = found
        members += 1
        const next = `m${members}`
        group.members.delete(id)
        group.members.set(next, instance)
        if (group.kind === 'classic') write(classicRecord(name, group))
        else write(...gone(name, group, id), ...described(name, group, next), current(name, group, next))
        break
      }
      case 4: {
        // Everybody has the epoch; or a static member goes for a while.
        if (group === undefined || group.kind === 'classic' || group.kind === 'simple') break
        const [away] = [...group.members].find(([, instance]) => instance !== null) ?? []
        if (more % 2 === 0 && group.kind === 'consumer' && away !== undefined) {
          write(consumerRecords(name).current(away, { epoch: -2 }))
          break
        }
        write(...[...group.members.keys()].map(id => current(name, group, id)))
        break
      }
      case 5: {
        // Migration to the consumer protocol, or back.
        if (group?.kind === 'classic' && magic === 2) {
          group.kind = 'consumer'
          const ids = [...group.members.keys()]
          write(classicOf(name, null), ...ids.flatMap(id => described(name, group, id)), epochRecord(name, group))
          write(...ids.map(id => current(name, group, id)))
        } else if (group?.kind === 'consumer') {
          write(...[...group.members.keys()].flatMap(id => gone(name, group, id)), consumerRecords(name).epoch(null))
          group.kind = 'classic'
          if (group.members.size === 0) group.epoch = 0
          write(classicRecord(name, group))
        }
        break
      }
      case 6: {
        if (group === undefined || group.members.size > 0) break
        const { kind } = group
        forget(name)
        if (kind === 'simple' || kind === 'classic') write(classicOf(name, null))
        else write(epochRecord(name, { kind, epoch: null }))
        break
      }
      case 7: {
        if (group === undefined || !group.offsets.has(partition)) break
        group.offsets.delete(partition)
        commit(name, partition, null)
        for (const { commits } of open.values()) {
          for (let at = commits.length - 1; at >= 0; at--) {
            if (commits[at]?.group === name && commits[at]?.partition === partition) commits.splice(at, 1)
          }
        }
        break
      }
      case 8:
      case 9:
      case 10: {
        if (group?.kind === 'share') break
        commitOffset(truth, name, partition, more)
        commit(name, partition, more)
        break
      }
      case 11:
      case 12: {
        if (magic < 2 || group?.kind === 'share') break
        flush()
        const producerId = producers[more % producers.length] as bigint
        const transaction = open.get(producerId) ?? { commits: [] }
        open.set(producerId, transaction)
        transaction.commits.push({ group: name, partition, offset: more, at: position })
        const options = { baseOffset: position, timestamp: clock, producerId, isTransactional: true }
        batches.push(batchOf([commitOf(name, 't', partition, more)], options))
        position += 1
        break
      }
      case 13: {
        const [producerId] = open.keys()
        if (producerId === undefined) break
        flush()
        const isCommit = more % 3 > 0
        for (const { group: of, partition: at, offset, at: place } of open.get(producerId)?.commits ?? []) {
          const key = `${of} ${at}`
          if (!isCommit || (written.get(key) ?? -1) > place) continue
          written.set(key, place)
          commitOffset(truth, of, at, offset)
        }
        open.delete(producerId)
        const options = { baseOffset: position, timestamp: clock, producerId }
        batches.push(markerOf(isCommit ? 'COMMIT' : 'ABORT', options))
        position += 1
        break
      }
      default:
        // What stood here was compacted away.
        flush()
        position += 1 + (more % 3)
    }
    if (open.size > 0 && waiting.length === 0) openAt.push(batches.length)
  }
  flush()
  return { batches, truth, openAt }
}

function kinds(magic: number): readonly TrueGroup['kind'][] {
  return magic < 2 ? ['classic'] : ['classic', 'consumer', 'share', 'streams']
}

function commitOffset(truth: Map<string, TrueGroup>, name: string, partition: number, offset: number): void {
  const group = truth.get(name) ?? { kind: 'simple', epoch: 0, members: new Map(), offsets: new Map() }
  truth.set(name, group)
  group.offsets.set(partition, offset)
}

function classicRecord(name: string, { epoch, members }: TrueGroup): TestRecord {
  const all = [...members].map(([id, instance]) => ({ id, ...(instance === null ? {} : { instanceId: instance }) }))
  return classicOf(name, epoch, all)
}

function recordsOf(name: string, kind: TrueGroup['kind']) {
  switch (kind) {
    case 'share':
      return shareRecords(name)
    case 'streams':
      return streamsRecords(name)
    case 'simple':
    case 'classic':
    case 'consumer':
      return consumerRecords(name)
  }
}

function epochRecord(name: string, { kind, epoch }: { kind: TrueGroup['kind']; epoch: number | null }): TestRecord {
  return recordsOf(name, kind).epoch(epoch)
}

function described(name: string, { kind, members }: TrueGroup, id: string): TestRecord[] {
  const instance = members.get(id) ?? null
  return [recordsOf(name, kind).member(id, instance === null ? {} : { instanceId: instance })]
}

function current(name: string, { kind, epoch }: TrueGroup, id: string): TestRecord {
  return recordsOf(name, kind).current(id, { epoch })
}

function gone(name: string, { kind }: TrueGroup, id: string): TestRecord[] {
  return [recordsOf(name, kind).current(id, null), recordsOf(name, kind).member(id, null)]
}
