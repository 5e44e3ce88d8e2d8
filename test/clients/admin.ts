import { type Offsets, openActor, type Partitions, type Settings } from './actor.ts'
import type { Jvm } from './jvm.ts'
import { until } from './until.ts'

/** A group as the broker describes it; much like a line of `koff groups`. */
export interface DescribedGroup {
  readonly group: string
  readonly groupType: 'classic' | 'consumer' | 'share' | 'streams' | 'simple'
  /** null for classic groups: no request tells their generation. */
  readonly epoch: number | null
  readonly state: string
  readonly protocolType: string
  /** The assignor; null where there is none to tell. */
  readonly protocol: string | null
  /** By id. */
  readonly members: readonly DescribedMember[]
  readonly offsets: Offsets
}

export interface DescribedMember {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly epoch: number | null
  /** By topic; a streams member's active tasks by subtopology. */
  readonly assignment: Partitions
}

/** Resolves when the cluster has done it; rejects with Kafka's own error. */
export interface JavaAdmin {
  /** `{ name: partitions }` */
  createTopics(topics: Readonly<Record<string, number>>, settings?: Settings): Promise<void>
  createPartitions(topic: string, count: number): Promise<void>
  deleteTopics(...topics: readonly string[]): Promise<void>
  /** Moves the log starts. */
  deleteRecords(before: Offsets): Promise<void>
  /** As Kafka writes them: base64url without padding. */
  topicIds(...topics: readonly string[]): Promise<Readonly<Record<string, string>>>
  endOffsets(...topics: readonly string[]): Promise<Offsets>
  /** Of a group without members, or of none: this is what a reset is. */
  alterOffsets(group: string, offsets: Offsets, metadata?: string): Promise<void>
  deleteOffsets(group: string, partitions: Partitions): Promise<void>
  /** Throws members out; without instance ids, all. */
  removeMembers(group: string, ...instanceIds: readonly string[]): Promise<void>
  /** Of any kind. */
  deleteGroups(...groups: readonly string[]): Promise<void>
  /** `{ group: kind }` */
  listGroups(): Promise<Readonly<Record<string, DescribedGroup['groupType']>>>
  /** Those that are there, by name, with their committed offsets. */
  describeGroups(...groups: readonly string[]): Promise<readonly DescribedGroup[]>
  /** Waits until the group is in this state with that many members. */
  settled(group: string, state: string, members: number, withinMs?: number): Promise<DescribedGroup>
  /** Ends an open transaction as its time-out would. */
  abortTransaction(transactionalId: string): Promise<void>
  /** KIP-848 and later: `consumer.session.timeout.ms` and the like. */
  setGroupConfig(group: string, settings: Settings): Promise<void>
  setTopicConfig(topic: string, settings: Settings): Promise<void>
  close(): Promise<void>
}

/** Kafka's Admin client. */
export async function javaAdmin(jvm: Jvm, bootstrap: string): Promise<JavaAdmin> {
  const { ask } = await openActor(jvm, { kind: 'admin', config: { 'bootstrap.servers': bootstrap } })
  const act = async (op: string, argument?: Readonly<Record<string, unknown>>) => void (await ask(op, argument))
  const describeGroups = async (...groups: readonly string[]) =>
    (await ask('describeGroups', { groups })) as readonly DescribedGroup[]
  return {
    createTopics: async (topics, settings) => {
      await act('createTopics', { topics, settings })
      await until({
        what: `leaders of ${Object.keys(topics).join(', ')}`,
        ask: () => ask('endOffsets', { topics: Object.keys(topics) }).catch(() => undefined),
        good: ends => ends !== undefined,
      })
    },
    createPartitions: (topic, count) => act('createPartitions', { topic, count }),
    deleteTopics: (...topics) => act('deleteTopics', { topics }),
    deleteRecords: before => act('deleteRecords', { before }),
    topicIds: async (...topics) => (await ask('topicIds', { topics })) as Readonly<Record<string, string>>,
    endOffsets: async (...topics) => (await ask('endOffsets', { topics })) as Offsets,
    alterOffsets: (group, offsets, metadata) => act('alterOffsets', { group, offsets, metadata }),
    deleteOffsets: (group, partitions) => act('deleteOffsets', { group, partitions }),
    removeMembers: (group, ...instanceIds) => act('removeMembers', { group, instanceIds }),
    deleteGroups: (...groups) => act('deleteGroups', { groups }),
    listGroups: async () => (await ask('listGroups')) as Readonly<Record<string, DescribedGroup['groupType']>>,
    describeGroups,
    settled: async (group, state, members, withinMs) => {
      const found = await until({
        what: `${group} is ${state} with ${members} members`,
        ask: async () => (await describeGroups(group))[0],
        good: now => now?.state === state && now.members.length === members,
        ...(withinMs === undefined ? {} : { withinMs }),
      })
      if (found === undefined) throw new Error(`no group ${group}`)
      return found
    },
    abortTransaction: transactionalId => act('abortTransaction', { transactionalId }),
    setGroupConfig: (name, settings) => act('setGroupConfig', { name, settings }),
    setTopicConfig: (name, settings) => act('setTopicConfig', { name, settings }),
    close: () => act('close'),
  }
}
