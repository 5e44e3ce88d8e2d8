import type { ErrorCode } from '../../../base/errors.ts'
import type { Row, SqlValue } from '../../store.ts'

/** What a reader thread is given at its start. */
export interface ThreadStart {
  readonly file: string
  readonly timeLimitMs: number
}

/** A query to the thread. */
export interface Query {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
}

/** The first message says whether the file can be read; each other one answers a query, in order. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'fault'; readonly code: ErrorCode; readonly message: string; readonly retriable: boolean }
