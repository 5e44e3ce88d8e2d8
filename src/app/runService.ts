import type { Log } from '../base/log.ts'
import type { Outages } from '../base/outages.ts'
import { version } from '../base/version.ts'
import { conditionSettings } from '../config/conditionSettings.ts'
import { selectedEvents } from '../config/eventPatterns.ts'
import type { Config } from '../config/schema.ts'
import { consumerOffsets } from '../coordinator/consumerOffsets.ts'
import type { Deployment } from '../delivery/deployment.ts'
import type { Output } from '../delivery/output.ts'
import type { Ownership } from '../delivery/ownership.ts'
import { nothingToRead, readiness } from '../delivery/readiness.ts'
import { runService } from '../delivery/runDelivery.ts'
import { checkTopicId } from '../delivery/stateChecks.ts'
import { Fold } from '../engine/fold.ts'
import { Recorder } from '../history/recorder/recorder.ts'
import { foldSamples } from '../telemetry/foldSamples.ts'
import { groupReport } from '../telemetry/groupSeries.ts'
import { catchUpProgress } from '../terminal/progress.ts'
import type { Shell } from '../terminal/shell.ts'
import { brokerOptions } from './connection.ts'
import { groupFilter, groupNameFilter } from './eventOptions.ts'
import type { Signals } from './healthPort.ts'
import { openSampler } from './samples/sampler.ts'

/** Where the events and the state go, and which partitions are this instance's. */
export interface Delivery {
  readonly output: Output
  readonly ownership: Ownership
}

export interface Place {
  /** How many `__consumer_offsets` has. */
  readonly partitions: number
  readonly log: Log
  readonly outages: Outages
}

export type Deliver = (place: Place) => Promise<Delivery>

export interface ServicePlan {
  readonly config: Config
  readonly deployment: Deployment
  readonly deliver: Deliver
  /** With a history: the interval at which offsets are sampled, ms; null: no history. */
  readonly progressEveryMs: number | null
  readonly signal: AbortSignal
  readonly log: Log
  readonly outages: Outages
  readonly signals: Signals
}

/** The cluster's events, delivered together with the state, until the signal aborts. */
export async function runWithState(shell: Shell, plan: ServicePlan): Promise<void> {
  const { config, deployment, deliver, progressEveryMs, signal, log, outages, signals } = plan
  const { awaitTopic } = await import('../sources/kafka/awaitTopic.ts')
  const { openOffsetsLog } = await import('../sources/kafka/offsetsLog.ts')
  const { openKafkaSource } = await import('../sources/kafka/source.ts')
  const broker = brokerOptions(config.kafka)
  const onAbsent = () => signals.watch(() => nothingToRead)
  const found = await awaitTopic(broker, { topic: consumerOffsets, signal, log, onAbsent })
  const { cluster, partitions, isNew } = found
  const fields = { version: version(), cluster, partitionCount: partitions }
  log.info(`koff ${fields.version} reads the groups of cluster ${cluster}, ${partitions} partitions`, fields)
  const delivery = await deliver({ partitions, log, outages })
  const { telemetry } = signals
  await using output = delivery.output
  await using ownership = delivery.ownership
  const fold = new Fold({
    cluster,
    history: 'until-start',
    types: selectedEvents(config.events),
    snapshot: config.snapshot === 'emit',
    tracksChanges: true,
    conditions: conditionSettings(config.conditions),
  })
  const groups = { ...config.groups, name: config.name }
  const wants = groupNameFilter(groups)
  const recorder =
    progressEveryMs === null ? null : new Recorder({ fold, cluster, mode: 'live', progressEveryMs, wants })
  telemetry.sample(() => foldSamples(fold, wants))
  const { groups: grain, maxSeries } = config.metrics
  if (grain !== undefined) telemetry.groups(() => groupReport(fold, { grain, maxSeries, wants }))
  signals.watch(() => readiness(ownership, fold))
  const { kafka, conditions } = config
  await using sourceLog = await openOffsetsLog(broker, { found, log })
  await using sampler = await openSampler({ kafka, conditions, fold, wants, log })
  await runService({
    fold,
    output,
    ownership,
    sourceLog,
    deployment,
    accept: groupFilter(groups),
    record: recorder === null ? undefined : item => recorder.take(item),
    tableFilter: { wants, text: JSON.stringify(config.groups) },
    signal,
    log,
    outages,
    openSource: async (positions, { signal: until, outages: ofReading }) => {
      const source = await openKafkaSource({
        ...broker,
        partitions: [...positions.keys()],
        from: new Map([...positions].flatMap(([partition, at]) => (at === null ? [] : [[partition, at] as const]))),
        checkTopic: id => checkTopicId(found.id, id),
        isNew,
        log,
        outages: ofReading,
        signal: until,
      })
      return sampler.around(catchUpProgress(source, shell).source)
    },
  })
}
