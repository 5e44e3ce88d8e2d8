import type { CoverageItem, GroupItem, HistoryItem, ItemPlace, OffsetsItem, TopicItem } from '../items.ts'
import type { SqlValue, Written } from '../store.ts'
import { AwaitedEvents } from './awaited.ts'
import { packState } from './body.ts'
import { noteConditions } from './conditionEnds.ts'
import { coverInterval } from './coverage.ts'
import type { Transaction } from './database.ts'
import { eventRow } from './eventRow.ts'
import { groupId } from './groupKeys.ts'
import { type GroupMemory, loadGroups } from './groupMemory.ts'
import { ProgressWriter } from './progressWriter.ts'
import { Spans } from './spans.ts'
import { eventsTable, groupsTable, marksTable, statesTable } from './tables.ts'

/** More groups than these are not kept in memory. */
const mostGroups = 20_000

/** The last item of a partition that was taken in. */
interface Mark {
  readonly position: number
  readonly ordinal: number
}

/**
 * Takes items into the tables. It remembers what it wrote last of each group; after a transaction that failed, or one of
 * another instance, it looks again.
 */
export class Writer {
  readonly #groups = new Map<string, GroupMemory>()
  readonly #marks = new Map<string, Mark>()
  readonly #topics = new Map<string, string>()
  readonly #spans = new Spans()
  readonly #progress = new ProgressWriter()
  readonly #awaited = new AwaitedEvents()
  #states: (readonly SqlValue[])[] = []

  /** A transaction failed: what it was about is written again. */
  forget(): void {
    this.#groups.clear()
    this.#marks.clear()
    this.#topics.clear()
    this.#spans.clear()
    this.#progress.clear()
    this.#states = []
  }

  async write(transaction: Transaction, items: readonly HistoryItem[]): Promise<Written> {
    const events = items.flatMap(item => (item.kind === 'event' ? [item.event] : []))
    const newEvents = events.length === 0 ? 0 : await transaction.insert(eventsTable, events.map(eventRow))
    await noteConditions(transaction, events)
    await this.#awaited.came(transaction, eventIds(items))
    await this.#checkMarks(transaction, items)
    await this.#load(transaction, items)
    const marked = new Map<string, ItemPlace>()
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
      const id = groupId(item)
      // A topic that got its name has made the groups unknown.
      if (!this.#groups.has(id)) await this.#load(transaction, [item])
      const memory = this.#groups.get(id) as GroupMemory
      groups.set(id, [cluster, group, partition])
      count++
      if (item.kind === 'group') this.#takeGroup(item, memory)
      else this.#progress.take(id, item, memory)
    }
    await this.#flush(transaction)
    await this.#progress.flush(transaction)
    if (groups.size > 0) await transaction.insert(groupsTable, [...groups.values()])
    const marks = [...marked.values()].map(({ cluster, partition, position, ordinal }) => {
      return [cluster, partition, position, ordinal]
    })
    if (marks.length > 0) await transaction.insert(marksTable, marks)
    if (this.#groups.size > mostGroups) this.#groups.clear()
    return { events: newEvents, items: count }
  }

  /** Another instance may have written of a partition: the cached groups of it are then outdated. */
  async #checkMarks(transaction: Transaction, items: readonly HistoryItem[]): Promise<void> {
    const clusters = new Set(items.flatMap(item => ('position' in item ? [item.cluster] : [])))
    for (const cluster of clusters) {
      const rows = await transaction.all('SELECT "partition", position, ordinal FROM marks WHERE cluster = ?', [
        cluster,
      ])
      const outdated = new Set<number>()
      for (const row of rows) {
        const [partition, mark] = [Number(row['partition']), markOf(row)]
        const key = placeKey({ partition, cluster })
        if (isSame(mark, this.#marks.get(key))) continue
        outdated.add(partition)
        this.#marks.set(key, mark)
      }
      if (outdated.size === 0) continue
      for (const [id, { partition }] of this.#groups) if (outdated.has(partition)) this.#groups.delete(id)
    }
  }

  /** What the history has of the groups that the items are about. */
  async #load(transaction: Transaction, items: readonly HistoryItem[]): Promise<void> {
    const missing = new Map<string, GroupItem | OffsetsItem>()
    for (const item of items) {
      if (item.kind !== 'group' && item.kind !== 'offsets') continue
      const id = groupId(item)
      if (!this.#groups.has(id)) missing.set(id, item)
    }
    if (missing.size === 0) return
    for (const [id, memory] of await loadGroups(transaction, [...missing.values()])) this.#groups.set(id, memory)
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
    await this.#progress.flush(transaction)
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

function isAfter({ position, ordinal }: Mark, mark: Mark | undefined): boolean {
  return mark === undefined || position > mark.position || (position === mark.position && ordinal > mark.ordinal)
}

function isSame(a: Mark, b: Mark | undefined): boolean {
  return a.position === b?.position && a.ordinal === b.ordinal
}

function markOf(row: Readonly<Record<string, SqlValue>>): Mark {
  return { position: Number(row['position']), ordinal: Number(row['ordinal']) }
}

function placeKey({ partition, cluster }: Pick<ItemPlace, 'partition' | 'cluster'>): string {
  return `${partition} ${cluster}`
}
