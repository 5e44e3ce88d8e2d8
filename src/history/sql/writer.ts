import type { CoverageItem, GroupItem, HistoryItem, ItemPlace, OffsetsItem, TopicItem } from '../items.ts'
import { isFull, nextBlock } from '../progress/block.ts'
import { packBlock } from '../progress/pack.ts'
import type { SqlValue, Written } from '../store.ts'
import { AwaitedEvents } from './awaited.ts'
import { packState } from './body.ts'
import { noteConditions } from './conditionEnds.ts'
import { coverInterval } from './coverage.ts'
import type { Transaction } from './database.ts'
import { eventRow } from './eventRow.ts'
import { type GroupMemory, loadGroup } from './groupMemory.ts'
import { Spans } from './spans.ts'
import { eventsTable, groupsTable, progressTable, statesTable } from './tables.ts'

/** More groups than these are not kept in memory. */
const mostGroups = 20_000

/** The last item of a partition that was taken in. */
interface Mark {
  readonly position: number
  readonly ordinal: number
}

/**
 * Takes items into the tables. It remembers what it wrote last of each group; after a transaction that failed, or one of
 * another instance, `forget` makes it look again.
 */
export class Writer {
  readonly #groups = new Map<string, GroupMemory>()
  readonly #marks = new Map<string, Mark>()
  readonly #topics = new Map<string, string>()
  readonly #spans = new Spans()
  readonly #awaited = new AwaitedEvents()
  #states: (readonly SqlValue[])[] = []

  /** A transaction failed: what it was about is written again. */
  forget(): void {
    this.#groups.clear()
    this.#marks.clear()
    this.#topics.clear()
    this.#spans.clear()
    this.#states = []
  }

  async write(transaction: Transaction, items: readonly HistoryItem[]): Promise<Written> {
    const events = items.flatMap(item => (item.kind === 'event' ? [item.event] : []))
    const newEvents = events.length === 0 ? 0 : await transaction.insert(eventsTable, events.map(eventRow))
    await noteConditions(transaction, events)
    await this.#awaited.came(transaction, eventIds(items))
    await this.#checkMarks(transaction, items)
    const marked = new Map<string, ItemPlace>()
    const touched = new Map<string, OffsetsItem>()
    const groups = new Map<string, readonly SqlValue[]>()
    let count = 0
    for (const item of items) {
      if (item.kind === 'event') continue
      if (item.kind === 'topic') count += Number(await this.#takeTopic(transaction, item))
      if (item.kind === 'coverage') count += Number(await this.#takeCoverage(transaction, item))
      if (item.kind === 'awaited') await this.#awaited.take(transaction, item)
      if (item.kind !== 'group' && item.kind !== 'offsets') continue
      const place = placeKey(item)
      if (!isAfter(item, this.#marks.get(place))) continue
      this.#marks.set(place, item)
      marked.set(place, item)
      const { cluster, group, partition } = item
      const key = groupKey(item)
      const memory = this.#groups.get(key) ?? (await loadGroup(transaction, cluster, group))
      this.#groups.set(key, memory)
      groups.set(key, [cluster, group, partition])
      count++
      if (item.kind === 'group') this.#takeGroup(item, memory)
      else {
        await takeOffsets(transaction, item, memory)
        touched.set(key, item)
      }
    }
    await this.#flush(transaction)
    if (groups.size > 0) await transaction.insert(groupsTable, [...groups.values()])
    for (const [key, { cluster, group }] of touched) {
      const memory = this.#groups.get(key)
      if (memory !== undefined) await storeBlock(transaction, { cluster, group }, memory)
    }
    for (const { cluster, partition, position, ordinal } of marked.values()) {
      await transaction.run(
        `INSERT INTO marks VALUES (?, ?, ?, ?)
          ON CONFLICT (cluster, "partition") DO UPDATE SET position = excluded.position, ordinal = excluded.ordinal`,
        [cluster, partition, position, ordinal],
      )
    }
    if (this.#groups.size > mostGroups) this.#groups.clear()
    return { events: newEvents, items: count }
  }

  /** Another instance may have written: the cached groups may then be outdated. */
  async #checkMarks(transaction: Transaction, items: readonly HistoryItem[]): Promise<void> {
    const clusters = new Set(items.flatMap(item => ('position' in item ? [item.cluster] : [])))
    for (const cluster of clusters) {
      const rows = await transaction.all('SELECT "partition", position, ordinal FROM marks WHERE cluster = ?', [
        cluster,
      ])
      const stored = rows.map(row => [`${Number(row['partition'])} ${cluster}`, markOf(row)] as const)
      const isOther = stored.some(([key, mark]) => !isSame(mark, this.#marks.get(key)))
      if (!isOther) continue
      this.forget()
      for (const [key, mark] of stored) this.#marks.set(key, mark)
    }
  }

  #takeGroup(item: GroupItem, memory: GroupMemory): void {
    const { cluster, group, time, position } = item
    // Without the full state that it continues it says nothing.
    if (!item.isFull && memory.base === null) return
    if (item.isFull) memory.base = time
    this.#states.push([cluster, group, time, position, memory.base, packState(item)])
    this.#spans.apply(item, memory, id => this.#topics.get(`${id} ${cluster}`))
  }

  /** Returns whether it was news. */
  async #takeTopic(transaction: Transaction, { cluster, id, name }: TopicItem): Promise<boolean> {
    const key = `${id} ${cluster}`
    if (this.#topics.get(key) === name) return false
    this.#topics.set(key, name)
    const isNew = await transaction.run(`INSERT INTO topics VALUES (?, ?, ?) ON CONFLICT (cluster, id) DO NOTHING`, [
      cluster,
      id,
      name,
    ])
    if (isNew === 0) return false
    // Owners of a topic without a name stand under its id.
    await this.#flush(transaction)
    const renamed = await transaction.run('UPDATE owner_spans SET topic = ? WHERE cluster = ? AND topic = ?', [
      name,
      cluster,
      id,
    ])
    if (renamed > 0) this.#groups.clear()
    return true
  }

  async #takeCoverage(transaction: Transaction, item: CoverageItem): Promise<boolean> {
    const isOfEvents = item.knows.includes('events')
    return isOfEvents ? this.#awaited.cover(transaction, item) : coverInterval(transaction, item)
  }

  async #flush(transaction: Transaction): Promise<void> {
    if (this.#states.length > 0) await transaction.insert(statesTable, this.#states.splice(0))
    await this.#spans.flush(transaction)
  }
}

function eventIds(items: readonly HistoryItem[]): readonly string[] {
  return items.flatMap(item => (item.kind === 'event' ? [item.event.id] : []))
}

async function takeOffsets(transaction: Transaction, item: OffsetsItem, memory: GroupMemory): Promise<void> {
  const { cluster, group, time, points } = item
  if (memory.block === null || isFull(memory.block, time)) {
    if (memory.block !== null) await storeBlock(transaction, { cluster, group }, memory)
    memory.block = nextBlock(memory.block, item)
    memory.isBlockStored = false
  }
  for (const point of points) memory.block.points.push({ ...point, time })
  memory.block.toTime = time
}

async function storeBlock(
  transaction: Transaction,
  { cluster, group }: Pick<OffsetsItem, 'cluster' | 'group'>,
  memory: GroupMemory,
): Promise<void> {
  const { block } = memory
  if (block === null) return
  const { fromTime, fromPosition, toTime, points } = block
  const body = packBlock(block)
  if (!memory.isBlockStored) {
    const row = [cluster, group, fromTime, fromPosition, toTime, points.length, body]
    await transaction.insert(progressTable, [row])
    memory.isBlockStored = true
    return
  }
  await transaction.run(
    'UPDATE progress SET to_time = ?, points = ?, body = ? WHERE cluster = ? AND "group" = ? AND from_time = ? AND from_position = ?',
    [toTime, points.length, body, cluster, group, fromTime, fromPosition],
  )
}

function isAfter({ position, ordinal }: Mark, mark: Mark | undefined): boolean {
  return mark === undefined || position > mark.position || (position === mark.position && ordinal > mark.ordinal)
}

function isSame(a: Mark, b: Mark | undefined): boolean {
  return a.position === b?.position && a.ordinal === b.ordinal
}

function markOf(row: Readonly<Record<string, SqlValue>>): Mark {
  return { position: Number(row['position']), ordinal: Number(row['ordinal']) }
}

function placeKey({ partition, cluster }: ItemPlace): string {
  return `${partition} ${cluster}`
}

function groupKey({ cluster, group }: { readonly cluster: string; readonly group: string }): string {
  return JSON.stringify([cluster, group])
}
