import { join } from 'node:path'
import { openActor, type Settings } from './actor.ts'
import type { Jvm } from './jvm.ts'
import { until } from './until.ts'

export interface StreamsOptions {
  readonly bootstrap: string
  /** The group's id, too. */
  readonly applicationId: string
  /** `classic` unless given; `streams` is KIP-1071. */
  readonly protocol?: 'classic' | 'streams'
  readonly topics: readonly string[]
  readonly output: string
  /** Counts by key, with a store and a changelog topic, instead of passing records on. */
  readonly counting?: true
  readonly instanceId?: string
  readonly config?: Settings
}

export interface StreamsStatus {
  /** As Kafka Streams names it: CREATED, REBALANCING, RUNNING, … */
  readonly state: string
  /** Active tasks, `subtopology_partition`. */
  readonly tasks: readonly string[]
}

export interface JavaStreams {
  readonly name: string
  status(): Promise<StreamsStatus>
  /** Waits for the state RUNNING with this many active tasks. */
  running(tasks: number, withinMs?: number): Promise<StreamsStatus>
  close(membership?: 'LEAVE_GROUP' | 'REMAIN_IN_GROUP'): Promise<void>
}

/** A Kafka Streams application with one thread. */
export async function javaStreams(jvm: Jvm, options: StreamsOptions): Promise<JavaStreams> {
  const { name, ask } = await openActor(jvm, {
    kind: 'streams',
    topics: options.topics,
    output: options.output,
    counting: options.counting === true,
    config: {
      'bootstrap.servers': options.bootstrap,
      'application.id': options.applicationId,
      'group.protocol': options.protocol ?? 'classic',
      'commit.interval.ms': '200',
      'replication.factor': '-1',
      'state.dir': join(jvm.folder, 'streams'),
      ...(options.instanceId === undefined ? {} : { 'group.instance.id': options.instanceId }),
      ...options.config,
    },
  })
  const status = async () => (await ask('status')) as StreamsStatus
  return {
    name,
    status,
    running: (tasks, withinMs = 60_000) =>
      until({
        what: `${name} of ${options.applicationId} runs ${tasks} tasks`,
        ask: status,
        good: now => now.state === 'RUNNING' && now.tasks.length === tasks,
        withinMs,
      }),
    close: async membership => void (await ask('close', { membership })),
  }
}
