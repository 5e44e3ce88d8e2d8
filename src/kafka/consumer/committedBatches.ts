import type { AbortedTransaction } from '../protocol/fetch.ts'
import type { RecordBatch } from '../records/batch.ts'
import { controlType } from '../records/controlRecord.ts'
import { RecordCursor } from '../records/recordCursor.ts'

/**
 * Tells which batches of a partition hold records that count, in a response to a Fetch that reads committed. The broker
 * sends no batch of an open transaction. It sends those of aborted ones, and says which producer aborted from which offset
 * on; the ABORT marker of that producer ends the transaction (KIP-98).
 */
export class CommittedBatches {
  /** Those that begin after the batches so far, the first one last. */
  readonly #later: AbortedTransaction[]
  readonly #aborting = new Set<bigint>()
  readonly #cursor = new RecordCursor()

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#later = aborted.toSorted((a, b) => b.firstOffset - a.firstOffset)
  }

  /** False for the records of an aborted transaction, and for markers. To be called for each batch, in log order. */
  has(batch: RecordBatch): boolean {
    while ((this.#later.at(-1)?.firstOffset ?? Number.POSITIVE_INFINITY) <= batch.lastOffset) {
      const begun = this.#later.pop()
      if (begun !== undefined) this.#aborting.add(begun.producerId)
    }
    if (batch.isControl) {
      if (this.#isAbort(batch)) this.#aborting.delete(batch.producerId)
      return false
    }
    return !(batch.isTransactional && this.#aborting.has(batch.producerId))
  }

  #isAbort(marker: RecordBatch): boolean {
    this.#cursor.open(marker)
    return this.#cursor.next() && controlType(this.#cursor) === 'ABORT'
  }
}
