/** Items that arrive in chunks: each is taken once, and nothing is read before it is requested. */
export interface Channel<T extends object> {
  /** True when `take` has something; false when there will be nothing more. Rejects as the chunks do, every time. */
  ready(): Promise<boolean>
  /** The next item; null where the caller must wait for `ready` first. */
  take(): T | null
}

/** `isClosed` ends the channel at once, whatever has been read. */
export function channelOf<T extends object>(
  chunks: AsyncIterator<Iterable<T>, void>,
  isClosed: () => boolean,
): Channel<T> {
  let items: Iterator<T> | null = null
  let head: T | null = null
  let reading: Promise<boolean> | null = null

  /** Items are made one by one, so that a large chunk takes no more memory than its bytes. */
  function fill(): boolean {
    if (head !== null) return true
    const next = items?.next()
    if (next === undefined) return false
    head = next.done === true ? null : next.value
    if (head === null) items = null
    return head !== null
  }

  async function read(): Promise<boolean> {
    while (!fill()) {
      const chunk = await chunks.next()
      if (chunk.done === true || isClosed()) return false
      items = chunk.value[Symbol.iterator]()
    }
    return true
  }

  return {
    async ready() {
      if (isClosed()) return false
      if (fill()) return true
      // Whoever else waits, waits for the same chunk: a second one is not asked for.
      reading ??= read()
      const mine = reading
      const isReady = await mine
      if (reading === mine) reading = null
      return isReady && !isClosed()
    },
    take() {
      if (isClosed() || !fill()) return null
      const item = head
      head = null
      return item
    },
  }
}
