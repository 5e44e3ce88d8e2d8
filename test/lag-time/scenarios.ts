import { setTimeout as sleep } from 'node:timers/promises'
import type { JavaAdmin } from '../clients/admin.ts'
import type { JavaClients } from '../clients/java.ts'
import type { JavaProducer } from '../clients/producer.ts'
import type { Written } from './truth.ts'

/** What a scenario has to work with. */
export interface Stage {
  readonly bootstrap: string
  readonly java: JavaClients
  readonly admin: JavaAdmin
  readonly producer: JavaProducer
  /** Ends the scenarios. */
  readonly signal: AbortSignal
}

export interface Scenario {
  /** Of its topic, which has one partition, and of its group. */
  readonly name: string
  readonly topicConfig?: Readonly<Record<string, string>>
  /** Before koff runs: records that its samples of the log end cannot know. */
  readonly before?: (hands: Hands) => Promise<void>
  /** While koff runs, again and again. */
  readonly round: (hands: Hands, round: number) => Promise<void>
}

/** What a scenario does with its topic and its group. */
export interface Hands {
  /** All that was written to the topic, in order of offsets. */
  readonly written: readonly Written[]
  readonly write: (count: number, how?: { readonly timestamp?: number; readonly key?: string }) => Promise<void>
  /** Commits that many records before the end; without, all. */
  readonly commitBehind: (records: number) => Promise<void>
  readonly commitAt: (offset: number) => Promise<void>
  readonly stage: Stage
  readonly name: string
}

export function handsOf(stage: Stage, name: string, written: Written[]): Hands {
  const commitAt = async (offset: number) => {
    if (offset >= 0) await stage.admin.alterOffsets(name, { [name]: { 0: offset } })
  }
  return {
    stage,
    name,
    written,
    write: async (count, { timestamp, key = 'k' } = {}) => {
      const sentAt = Date.now()
      const own = timestamp ?? sentAt
      const last = await stage.producer.send({ topic: name, partition: 0, count, key, value: 'v', timestamp: own })
      const ackedAt = Date.now()
      for (let offset = last - count + 1; offset <= last; offset++)
        written.push({ offset, timestamp: own, sentAt, ackedAt, key })
    },
    commitAt,
    commitBehind: records => commitAt((written.at(-1)?.offset ?? -1) + 1 - records),
  }
}

const minute = 60_000
const hour = 60 * minute
/** Timestamps of the past and of the near future, in no order: a broker refuses those of more than an hour ahead. */
const outOfOrder = () => Date.now() - 2 * hour + Math.floor(Math.random() * 2.5 * hour)

async function history({ write, commitAt }: Hands, timestampOf: (at: number) => number): Promise<void> {
  for (let at = 0; at < 40; at++) await write(1, { timestamp: timestampOf(at), key: `k${at % 4}` })
  await commitAt(3)
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'steady',
    round: async ({ write, commitBehind }) => {
      await write(1)
      await commitBehind(8)
    },
  },
  {
    name: 'bursty',
    round: async ({ write, commitBehind }, round) => {
      if (round % 12 === 0) await write(40)
      await commitBehind(Math.max(0, 38 - (round % 12) * 4))
    },
  },
  {
    name: 'idle',
    before: ({ commitAt }) => commitAt(0),
    round: async ({ write, commitAt }, round) => {
      if (round === 2) await write(5)
      if (round === 4) await commitAt(2)
    },
  },
  {
    name: 'read',
    round: async ({ write, commitBehind }) => {
      await write(1)
      await commitBehind(0)
    },
  },
  {
    name: 'compacted',
    topicConfig: {
      'cleanup.policy': 'compact',
      'segment.ms': '300',
      'min.cleanable.dirty.ratio': '0.01',
      'delete.retention.ms': '1',
    },
    before: hands => history(hands, at => Date.now() - hour + at * minute),
    round: async ({ write, written, commitAt }, round) => {
      await write(1, { key: `k${round % 3}` })
      await commitAt(Math.min(written.length - 2, 3 + round * 2))
    },
  },
  {
    name: 'old',
    before: hands => history(hands, at => Date.now() - hour + at * minute),
    round: async ({ commitAt }, round) => commitAt(Math.min(39, 3 + (round >> 1))),
  },
  {
    name: 'unordered-old',
    before: hands => history(hands, outOfOrder),
    round: async ({ commitAt }, round) => commitAt(Math.min(39, 3 + (round >> 1))),
  },
  {
    name: 'unordered',
    round: async ({ write, commitBehind }) => {
      await write(2, { timestamp: outOfOrder() })
      await commitBehind(12)
    },
  },
  {
    name: 'log-append-time',
    topicConfig: { 'message.timestamp.type': 'LogAppendTime' },
    before: hands => history(hands, () => Date.now() - hour),
    round: async ({ write, commitAt, written }, round) => {
      await write(1, { timestamp: Date.now() - hour })
      await commitAt(Math.min(written.length - 2, 3 + round * 2))
    },
  },
  {
    name: 'log-start',
    before: hands => history(hands, at => Date.now() - hour + at * minute),
    round: async ({ write, written, stage, name }, round) => {
      await write(1)
      // The offset that was committed first stays, and lies before the log start.
      if (round % 4 === 3) await stage.admin.deleteRecords({ [name]: { 0: Math.min(round, written.length - 5) } })
    },
  },
]

/** A member that reads, pauses, and reads again; with a second one the group rebalances now and then. */
export async function members(hands: Hands, everyMs: number): Promise<void> {
  const { stage, name, write, written } = hands
  const { bootstrap, java, signal } = stage
  const options = { bootstrap, group: name, topics: [name] }
  const first = await java.consumer(options)
  await first.assigned()
  for (let round = 0; !signal.aborted; round++) {
    await write(1)
    // It pauses for five rounds of ten.
    if (round % 10 < 5) await first.commit({ [name]: { 0: Math.max(0, written.length - 1 - (round % 3)) } }).catch(late)
    if (round % 16 === 12) {
      const second = await java.consumer({ ...options, paused: true })
      await second.assigned()
      await second.close()
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
  await first.close()
}

/** A commit in a rebalance is refused: the group has moved on. */
const late = () => undefined
