import { selectedEvents } from '../config/eventPatterns.ts'
import type { Config, SinkConfig } from '../config/schema.ts'
import { runService } from '../runtime/delivery/service.ts'
import { Fold } from '../runtime/fold.ts'
import { instancesGroup } from '../runtime/ownGroups.ts'
import type { Sink } from '../runtime/sink.ts'
import { brokerOptions, defined } from './connection.ts'
import { groupFilter } from './eventOptions.ts'
import { catchUpProgress } from './progress.ts'
import { note, type Shell } from './shell.ts'

export interface ServicePlan {
  readonly config: Config
  /** Carries the state: its events and the state are committed together. */
  readonly carrier: Extract<SinkConfig, { type: 'kafka' }>
  /** Shown each event after it is committed. */
  readonly mirrors: readonly Sink[]
  readonly signal: AbortSignal
}

/** The cluster's events to a topic of it, exactly once, on as many instances as are started. */
export async function runWithState(shell: Shell, { config, carrier, mirrors, signal }: ServicePlan): Promise<void> {
  const { awaitTopic } = await import('../sources/kafka/awaitTopic.ts')
  const { openKafkaSource } = await import('../sources/kafka/source.ts')
  const { exactlyOnceOutput } = await import('../sinks/kafka/exactlyOnce/output.ts')
  const { kafkaInstances } = await import('../sinks/kafka/exactlyOnce/instances.ts')
  const broker = brokerOptions(config.kafka)
  const log = (line: string) => note(shell, line)
  const { cluster, partitions, isNew } = await awaitTopic(broker, { topic: '__consumer_offsets', signal, log })
  const { type: _type, registry, stateTopic = `${config.name}.state`, ...topic } = carrier
  const { url, username, password, timeoutMs } = registry
  await using output = exactlyOnceOutput({
    ...broker,
    ...topic,
    name: config.name,
    registry: { url, ...defined({ username, password: password?.reveal(), timeoutMs }) },
    stateTopic,
    statePartitions: partitions,
    openStateSource: (partition, until) =>
      openKafkaSource({ ...broker, topic: stateTopic, partitions: [partition], untilEnd: true, signal: until }),
  })
  await using ownership = kafkaInstances({
    ...broker,
    groupId: instancesGroup(config.name),
    stateTopic,
    sessionTimeoutMs: config.instances.sessionTimeoutMs,
    log,
  })
  await runService({
    fold: new Fold({
      cluster,
      history: 'until-start',
      types: selectedEvents(config.events),
      snapshot: config.snapshot === 'emit',
      tracksChanges: true,
    }),
    output,
    ownership,
    mirrors,
    accept: groupFilter({ ...config.groups, name: config.name }),
    signal,
    log,
    openSource: async (positions, until) => {
      const source = await openKafkaSource({
        ...broker,
        partitions: [...positions.keys()],
        from: new Map([...positions].flatMap(([partition, at]) => (at === null ? [] : [[partition, at] as const]))),
        isNew,
        log,
        signal: until,
      })
      return catchUpProgress(source, shell.stderr).source
    },
  })
}
