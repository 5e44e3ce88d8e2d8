import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../clients/until.ts'
import { startKoff } from '../e2e/koff.ts'
import { startLoad } from './load.ts'
import { commitSentinel, offsetsPartitions, type Stage } from './stage.ts'
import type { Verdict } from './verdict.ts'

export interface Compaction {
  readonly verdict: Verdict
  /** Bytes of `__consumer_offsets` before and after. */
  readonly before: number
  readonly after: number
}

/** How the broker must be set for its cleaner to come within a second. */
export const eagerCleaner = { 'log.cleaner.backoff.ms': '200' }

/** The offsets topic is compacted while koff is away: what a group was before is only in koff's state by then. */
export async function compactedWhileAway(stage: Stage): Promise<Compaction> {
  const { kafka, java, admin } = stage
  const file = join(dirname(stage.config), 'all.ndjson')
  const recorder = startKoff(['record', '--brokers', kafka.bootstrap, '--no-samples', '-o', file])
  await using _recorder = recorder
  const first = stage.startInstance()
  await stage.caughtUp()
  const load = startLoad({ bootstrap: kafka.bootstrap, java, admin })
  await sleep(6_000)
  await load.stop()
  await stage.settled()
  first.kill('SIGKILL')
  await first.ended
  const before = await bytesOf(kafka.dataFolder)
  await cleaned(stage)
  const after = await bytesOf(kafka.dataFolder)
  await keepAll(stage)
  await sleep(1_000)
  const second = startLoad({ bootstrap: kafka.bootstrap, java, admin })
  await sleep(2_000)
  const again = stage.startInstance()
  await sleep(4_000)
  await second.stop()
  await stage.settled()
  again.kill('SIGTERM')
  await again.ended
  recorder.kill('SIGINT')
  await recorder.ended
  return { verdict: await stage.verdict(file), before, after }
}

/** Resolves when the cleaner has been past all that is in the offsets topic now. */
export async function cleaned({ kafka, admin }: Stage, settings: Readonly<Record<string, string>> = {}): Promise<void> {
  const ends = (await admin.endOffsets('__consumer_offsets'))['__consumer_offsets'] ?? {}
  const eager = { 'min.cleanable.dirty.ratio': '0.001', 'segment.ms': '1000', 'max.compaction.lag.ms': '1000' }
  await admin.setTopicConfig('__consumer_offsets', { ...eager, ...settings })
  await until({
    what: 'the cleaner past all that was in the log',
    ask: async () => {
      // A segment is closed by the first record that comes after its time.
      for (let partition = 0; partition < offsetsPartitions; partition++) await commitSentinel(admin, partition)
      await sleep(1_100)
      return cleanedTo(kafka.dataFolder)
    },
    good: to => Object.entries(ends).every(([partition, end]) => (to[Number(partition)] ?? 0) >= end),
    withinMs: 90_000,
  })
}

/** From now on the cleaner lets the log be. */
export async function keepAll({ admin }: Stage): Promise<void> {
  await admin.setTopicConfig('__consumer_offsets', {
    'min.cleanable.dirty.ratio': '0.9',
    'segment.ms': '604800000',
    'max.compaction.lag.ms': '9223372036854775807',
  })
}

/** By partition: the offset up to which the broker's cleaner has been. */
async function cleanedTo(dataFolder: string): Promise<Readonly<Record<number, number>>> {
  const text = await readFile(join(dataFolder, 'cleaner-offset-checkpoint'), 'utf8').catch(() => '')
  return Object.fromEntries(
    text.split('\n').flatMap(line => {
      const [topic, partition, offset] = line.split(' ')
      return topic === '__consumer_offsets' ? [[Number(partition), Number(offset)]] : []
    }),
  )
}

async function bytesOf(dataFolder: string): Promise<number> {
  let bytes = 0
  for (let partition = 0; partition < offsetsPartitions; partition++) {
    const folder = join(dataFolder, `__consumer_offsets-${partition}`)
    for (const name of await readdir(folder)) {
      if (name.endsWith('.log'))
        bytes += await stat(join(folder, name)).then(
          ({ size }) => size,
          () => 0,
        )
    }
  }
  return bytes
}
