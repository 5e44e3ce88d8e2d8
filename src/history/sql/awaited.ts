import type { AwaitedItem, CoverageItem } from '../items.ts'
import { coverInterval } from './coverage.ts'
import type { Transaction } from './database.ts'

/** Events that have to come before the coverage of events that follows them counts. */
interface Waiting {
  readonly cluster: string
  readonly ids: Set<string>
  readonly covers: CoverageItem[]
}

/** With more than these, the pipeline leaves out events: what it covers is not all of them. */
const mostWaiting = 100
/** So many ids are looked up at once. */
const lookUpSize = 500

/** Holds back what a partition covers of events until those that were written before it have come. */
export class AwaitedEvents {
  readonly #waiting = new Map<string, Waiting[]>()

  clear(): void {
    this.#waiting.clear()
  }

  async take(transaction: Transaction, { cluster, partition, ids }: AwaitedItem): Promise<void> {
    const missing = await missingIds(transaction, cluster, new Set(ids))
    if (missing.size === 0) return
    const list = this.#listOf(cluster, partition)
    list.push({ cluster, ids: missing, covers: [] })
    if (list.length > mostWaiting) list.shift()
  }

  /** Covers at once where nothing is awaited. */
  async cover(transaction: Transaction, item: CoverageItem): Promise<boolean> {
    const list = this.#listOf(item.cluster, item.partition)
    await this.#settle(transaction, list)
    const last = list.at(-1)
    if (last === undefined) return coverInterval(transaction, item)
    last.covers.splice(0, last.covers.length, item)
    return false
  }

  /** Events have come. */
  async came(transaction: Transaction, ids: readonly string[]): Promise<void> {
    for (const list of this.#waiting.values()) {
      for (const { ids: missing } of list) for (const id of ids) missing.delete(id)
      await this.#release(transaction, list)
    }
  }

  /** Another instance may have written what this one waits for. */
  async #settle(transaction: Transaction, list: Waiting[]): Promise<void> {
    for (const { cluster, ids } of list) {
      const missing = await missingIds(transaction, cluster, ids)
      for (const id of ids) if (!missing.has(id)) ids.delete(id)
    }
    await this.#release(transaction, list)
  }

  async #release(transaction: Transaction, list: Waiting[]): Promise<void> {
    while (list[0]?.ids.size === 0) {
      for (const item of list.shift()?.covers ?? []) await coverInterval(transaction, item)
    }
  }

  #listOf(cluster: string, partition: number): Waiting[] {
    const key = `${partition} ${cluster}`
    const list = this.#waiting.get(key) ?? []
    this.#waiting.set(key, list)
    return list
  }
}

async function missingIds(transaction: Transaction, cluster: string, ids: ReadonlySet<string>): Promise<Set<string>> {
  const missing = new Set(ids)
  const all = [...ids]
  for (let at = 0; at < all.length; at += lookUpSize) {
    const part = all.slice(at, at + lookUpSize)
    const marks = part.map(() => '?').join(', ')
    const rows = await transaction.all(`SELECT id FROM events WHERE cluster = ? AND id IN (${marks})`, [
      cluster,
      ...part,
    ])
    for (const { id } of rows) missing.delete(String(id))
  }
  return missing
}
