import type { ApiName } from './apiVersions.ts'
import type { RequestWriter } from './requestWriter.ts'
import type { ResponseReader } from './responseReader.ts'

/** A request in one version of it, and how its answer is read. */
export interface Question<T> {
  readonly name: ApiName
  readonly version: number
  /** The fields of the body, without the tagged ones at its end. */
  readonly write: (writer: RequestWriter) => void
  /**
   * Throws a `DecodeFault` where the bytes are no answer, a `ProtocolFault` where it is nothing but an error. `isChecked`
   * is true where all checksums in the answer are known to be right.
   */
  readonly read: (reader: ResponseReader, isChecked: boolean) => T
}

export type Ask = <T>(question: Question<T>) => Promise<T>
