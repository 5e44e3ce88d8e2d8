import { setTimeout as sleep } from 'node:timers/promises'
import { typesOf } from '../../src/app/eventOptions.ts'
import { Fold } from '../../src/engine/fold.ts'
import { eventJson } from '../../src/events/ndjson.ts'
import { apply } from '../../src/pipeline/apply.ts'
import { openFiles } from '../../src/sources/openFiles.ts'
import { type EventLine, eventsIn } from '../e2e/watch.ts'
import type { Kafka } from '../servers/kafka.ts'
import { commitHistory } from './history.ts'
import { startLoad } from './load.ts'
import { offsetsPartitions, type Stage } from './stage.ts'
import { judge, type Verdict } from './verdict.ts'

export interface FirstReadOutcome {
  /** How often koff was killed when it had stored a part of history, and not all of it. */
  readonly killedInHistory: number
  /** Groups that were there before koff, with not exactly one snapshot. */
  readonly unlike: readonly string[]
  /** Partitions with not exactly one `koff-caught-up`. */
  readonly partitionsUnlike: readonly number[]
  /** Of what came after history. */
  readonly verdict: Verdict
}

export interface FirstRead {
  /** How many are there before koff. */
  readonly groups: number
  readonly kills: number
}

/**
 * koff is killed while it reads history for the first time, as soon as something of that is stored, and then again and again.
 * In the end there is one snapshot of each group, and everything that came later is told.
 */
export async function killedInItsFirstRead(stage: Stage, { groups, kills }: FirstRead): Promise<FirstReadOutcome> {
  const { kafka, java, admin, say } = stage
  const before = await commitHistory(stage, groups)
  const load = startLoad({ bootstrap: kafka.bootstrap, java, admin })
  let killedInHistory = 0
  for (let kill = 0; kill < kills; kill++) {
    const earlier = await stage.progress()
    const instance = stage.startInstance()
    for (const since = Date.now(); Date.now() - since < 20_000; await sleep(20)) {
      const now = await stage.progress()
      if (now.stored > earlier.stored) break
    }
    await sleep(Math.random() * 150)
    instance.kill('SIGKILL')
    await instance.ended
    const { inHistory, stored } = await stage.progress()
    if (inHistory > 0) killedInHistory++
    say(`kill ${kill + 1}: ${stored} stored, ${inHistory} of ${offsetsPartitions} partitions in the middle of history`)
  }
  const last = stage.startInstance()
  await stage.caughtUp()
  await sleep(2_000)
  await load.stop()
  await stage.settled()
  last.kill('SIGTERM')
  await last.ended
  const found = (await stage.read()).map(({ value }) => value as EventLine)
  const of = (type: string) => found.filter(event => event.type === type)
  const snapshots = Map.groupBy(of('group-snapshot'), ({ group }) => group)
  const caughtUp = Map.groupBy(of('koff-caught-up'), ({ source }) => source.partition)
  const ends = new Map(of('koff-caught-up').map(({ source }) => [source.partition, source.offset] as const))
  const positions = new Map(of('koff-caught-up').map(event => [event.source.partition, positionOf(event)] as const))
  const partitions = Array.from({ length: offsetsPartitions }, (_, partition) => partition)
  return {
    killedInHistory,
    unlike: before.filter(group => snapshots.get(group)?.length !== 1),
    partitionsUnlike: partitions.filter(partition => caughtUp.get(partition)?.length !== 1),
    verdict: judge(await replayedAfter(kafka, positions), await stage.read(), ends),
  }
}

function positionOf({ data }: EventLine): number {
  const { position } = data as { readonly position: number }
  return position
}

/**
 * The events of the broker's files with all below `positions` as history. What the records before it leave open, such as
 * the epoch before a rebalance that was under way, is null in them: `koff replay` of the whole log knows it.
 */
async function replayedAfter(kafka: Kafka, positions: ReadonlyMap<number, number>): Promise<readonly EventLine[]> {
  const fold = new Fold({
    cluster: kafka.clusterId,
    history: 'until-start',
    types: typesOf({ event: ['default', 'offset-committed', 'leader-changed'], snapshot: true }),
  })
  const begun = new Set<number>()
  const lines: string[] = []
  await using source = await openFiles([kafka.dataFolder])
  for await (const inputs of source.chunks(new AbortController().signal)) {
    for (const input of inputs) {
      if (input.kind === 'batch') {
        const { partition, baseOffset, maxTimestamp: timestamp } = input.batch
        const position = positions.get(partition)
        if (position !== undefined && baseOffset >= position && !begun.has(partition)) {
          begun.add(partition)
          for (const event of apply(fold, { kind: 'position', partition, position, logEnd: position, timestamp }))
            lines.push(eventJson(event))
        }
      }
      for (const event of apply(fold, input)) lines.push(eventJson(event))
    }
  }
  return eventsIn(lines)
}
