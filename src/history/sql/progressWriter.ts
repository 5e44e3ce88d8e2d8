import type { OffsetsItem } from '../items.ts'
import { type Block, isFull, nextBlock } from '../progress/block.ts'
import { packBlock } from '../progress/pack.ts'
import type { Row, SqlValue } from '../store.ts'
import { blockOf } from './blockRow.ts'
import type { Transaction } from './database.ts'
import { changeInGroups, type GroupKey, groupId, rowsInGroups } from './groupKeys.ts'
import type { GroupMemory } from './groupMemory.ts'
import { progressTable, tailTable } from './tables.ts'

/** Points that came at one time. */
type Piece = Pick<OffsetsItem, 'time' | 'position' | 'points'>

interface Pending {
  readonly key: GroupKey
  readonly memory: GroupMemory
  readonly pieces: Piece[]
}

/** A group with so many points in `progress_tail` has them moved into its block: to pack a block for each point costs too much. */
const mostInTail = 240

/** Appends points of progress, and packs them into blocks now and then. */
export class ProgressWriter {
  readonly #pending = new Map<string, Pending>()

  take(id: string, item: OffsetsItem, memory: GroupMemory): void {
    const known = this.#pending.get(id)
    if (known !== undefined) known.pieces.push(item)
    else this.#pending.set(id, { key: item, memory, pieces: [item] })
  }

  /** Writes what came since the last call. */
  async flush(transaction: Transaction): Promise<void> {
    const tails: (readonly SqlValue[])[] = []
    const full: Pending[] = []
    for (const pending of this.#pending.values()) {
      const { key, memory, pieces } = pending
      const count = pieces.reduce((sum, { points }) => sum + points.length, 0)
      if (memory.tailPoints + count >= mostInTail) full.push(pending)
      else {
        tails.push(tailRow(key, pieces, count))
        memory.tailPoints += count
      }
    }
    this.#pending.clear()
    if (tails.length > 0) await transaction.insert(tailTable, tails)
    if (full.length > 0) await mergeTails(transaction, full)
  }

  /** Forgets what was not written. */
  clear(): void {
    this.#pending.clear()
  }
}

function tailRow({ cluster, group }: GroupKey, pieces: readonly Piece[], count: number): readonly SqlValue[] {
  const { time = 0, position = 0 } = pieces[0] ?? {}
  const points = pieces.flatMap(piece => piece.points.map(point => ({ ...point, time: piece.time })))
  const block = { fromTime: time, fromPosition: position, toTime: time, base: [], points }
  return [cluster, group, time, position, count, packBlock(block)]
}

async function mergeTails(transaction: Transaction, full: readonly Pending[]): Promise<void> {
  const keys = full.map(({ key }) => key)
  const blocks = await lastBlocks(transaction, keys)
  const tails = await rowsInGroups(
    transaction,
    keys,
    of =>
      `SELECT cluster, "group", time AS from_time, position AS from_position, time AS to_time, body FROM progress_tail
        WHERE ${of} ORDER BY "group", time, position`,
  )
  const rows = full.flatMap(({ key, memory, pieces }) => {
    memory.tailPoints = 0
    const stored = (tails.get(groupId(key)) ?? []).map(pieceOf)
    const merged = mergedBlocks(blocks.get(groupId(key))?.[0], [...stored, ...pieces])
    return merged.map(block => blockRow(key, block))
  })
  await transaction.insert(progressTable, rows)
  await changeInGroups(transaction, keys, of => `DELETE FROM progress_tail WHERE ${of}`)
}

/** The last block of each group. */
function lastBlocks(transaction: Transaction, keys: readonly GroupKey[]): Promise<ReadonlyMap<string, readonly Row[]>> {
  return rowsInGroups(
    transaction,
    keys,
    of => `SELECT cluster, "group", from_time, from_position, to_time, body FROM progress
      WHERE ${of} AND from_time = (
        SELECT max(p.from_time) FROM progress p WHERE p.cluster = progress.cluster AND p."group" = progress."group")
      ORDER BY from_position DESC`,
  )
}

/** Blocks that have new points, the last one being open. */
function mergedBlocks(row: Row | undefined, pieces: readonly Piece[]): readonly Block[] {
  const blocks: Block[] = []
  let block = row === undefined ? null : blockOf(row)
  for (const { time, position, points } of pieces) {
    if (block === null || isFull(block, time)) block = nextBlock(block, { time, position })
    if (blocks.at(-1) !== block) blocks.push(block)
    for (const point of points) block.points.push({ ...point, time: 'time' in point ? Number(point.time) : time })
    block.toTime = block.points.at(-1)?.time ?? time
  }
  return blocks
}

function pieceOf(row: Row): Piece {
  const { fromTime: time, fromPosition: position, points } = blockOf(row)
  return { time, position, points }
}

function blockRow({ cluster, group }: GroupKey, block: Block): readonly SqlValue[] {
  const { fromTime, fromPosition, toTime, points } = block
  return [cluster, group, fromTime, fromPosition, toTime, points.length, packBlock(block)]
}
