import { borrowReaderThread, type ReaderThread } from '../../../src/kafka/thread/readerThread.ts'
import { until } from '../../clients/until.ts'

/** As long as somebody has borrowed it, all sources of this process read with it from the start. */
export async function readyThread(): Promise<ReaderThread> {
  const thread = borrowReaderThread()
  const before = thread.bestSockets()
  thread.start()
  await until({ what: 'the thread that reads', ask: async () => null, good: () => thread.bestSockets() !== before })
  return thread
}
