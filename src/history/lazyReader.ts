import type { HistoryReader } from './store.ts'

export interface LazyReader extends AsyncDisposable {
  /** The history, opened where it is not. Rejects while it cannot be opened; the next call tries again. */
  open(): Promise<HistoryReader>
}

/** A history that is opened when it is first asked: what writes to it may make it later. */
export function lazyReader(openReader: () => Promise<HistoryReader & AsyncDisposable>): LazyReader {
  let opening: Promise<HistoryReader & AsyncDisposable> | null = null
  return {
    open() {
      if (opening === null) {
        opening = openReader()
        opening.catch(() => (opening = null))
      }
      return opening
    },
    async [Symbol.asyncDispose]() {
      const reader = await opening?.catch(() => null)
      await reader?.[Symbol.asyncDispose]()
    },
  }
}
