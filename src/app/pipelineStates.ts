import { setTimeout as sleep } from 'node:timers/promises'
import { KoffError } from '../base/errors.ts'
import type { Config } from '../config/schema.ts'
import { instancesGroup, pipelineGroup } from '../engine/ownGroups.ts'
import type { ClusterAdmin } from '../kafka/kafkajs/admin.ts'
import type { BrokerOptions } from '../kafka/net/brokerOptions.ts'
import type { LoadedPipeline } from '../pipelines/load.ts'
import { type KafkaPipeline, typesOf } from '../pipelines/plan.ts'
import { type PipelinePosition, pipelinePositions, recordsLeft } from '../pipelines/positions.ts'
import { routesOf, topicsOf } from '../sinks/kafka/routes.ts'
import { brokerOptions } from './connection.ts'
import { reachSink } from './reachability.ts'

/** How a pipeline is doing: the one that carries the state by that state, the others by their consumer groups. */
export interface PipelineState {
  readonly pipeline: string
  readonly sink: string
  /**
   * `waits`: its sink cannot be opened, or events are there and for two seconds at least none was delivered; `stopped`: no koff
   * runs it. Null where that cannot be found out: then `reason` says why.
   */
  readonly state: 'runs' | 'waits' | 'stopped' | null
  /** Records of the clean topic that are not delivered yet. */
  readonly lag: number | null
  /** Time of the oldest of them, ms. */
  readonly oldest: number | null
  readonly reason: string | null
  /** The time of the oldest event that is not delivered, ms; null where none waits, or where that time is unknown. */
  readonly since: number | null
}

export interface PipelineStatesOptions {
  readonly config: Config
  readonly carrier: KafkaPipeline
  readonly followers: readonly LoadedPipeline[]
  /** How far the carrier is, partition by partition. */
  readonly progress: readonly CarrierProgress[]
  readonly signal: AbortSignal
}

export interface CarrierProgress {
  readonly lag: number | null
  readonly committedAt: number | null
}

/** Between two looks at a pipeline that is behind. */
const lookAgainMs = 2_000

export async function pipelineStates(options: PipelineStatesOptions): Promise<PipelineState[]> {
  const { config, carrier, followers, progress, signal } = options
  const { openClusterAdmin } = await import('../kafka/kafkajs/admin.ts')
  const broker = brokerOptions(config.kafka)
  await using admin = await openClusterAdmin(broker, topicsOf(routesOf(carrier.to), []))
  const [instances] = await admin.describeGroups([instancesGroup(config.name)])
  const isRunning = (instances?.members.length ?? 0) > 0
  const first = { pipeline: carrier.name, sink: carrier.to.type, ...carrierState(progress, isRunning), reason: null }
  const others = await Promise.all(
    followers.map(async pipeline => {
      const groupId = pipelineGroup(config.name, pipeline.name)
      const topics = topicsOf(routesOf(carrier.to), typesOf(config, pipeline))
      const about = { pipeline: pipeline.name, sink: pipeline.to.type }
      const look = { broker, groupId, instances: instancesGroup(config.name), topics, signal }
      try {
        const state = await stateOf(admin, look)
        const isWaiting = state.state === 'waits'
        const reason = isWaiting ? await obstacleOf(config, pipeline, signal) : null
        return { ...about, ...state, reason, since: isWaiting ? state.oldest : null }
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof KoffError)) throw error
        return { ...about, state: null, lag: null, oldest: null, reason: error.message, since: null }
      }
    }),
  )
  return [first, ...others]
}

/** After so long without a commit, what is left to read is not being delivered. */
const stuckAfterMs = 10_000

/** The pipeline that carries the state commits its position with every event. */
function carrierState(
  progress: readonly CarrierProgress[],
  isRunning: boolean,
): Pick<PipelineState, 'state' | 'lag' | 'oldest' | 'since'> {
  const lag = progress.reduce((sum, { lag: one }) => sum + (one ?? 0), 0)
  const last = Math.max(0, ...progress.filter(one => (one.lag ?? 0) > 0).map(({ committedAt }) => committedAt ?? 0))
  const isStuck = lag > 0 && Date.now() - last > stuckAfterMs
  const state = !isRunning ? 'stopped' : isStuck ? 'waits' : 'runs'
  return { state, lag, oldest: null, since: state === 'runs' || last === 0 ? null : last }
}

/** What is in the way of a pipeline that waits, as it looks from here: the first thing of its sink that is not there. */
async function obstacleOf(config: Config, pipeline: LoadedPipeline, signal: AbortSignal): Promise<string> {
  for await (const { isThere, says } of reachSink(config, pipeline, signal)) if (!isThere) return says
  return 'its sink can be reached from here; the log of koff run says what it waits for'
}

interface Look {
  readonly broker: BrokerOptions
  readonly groupId: string
  /** The group of the instances of koff. */
  readonly instances: string
  readonly topics: readonly string[]
  readonly signal: AbortSignal
}

async function stateOf(admin: ClusterAdmin, look: Look): Promise<Pick<PipelineState, 'state' | 'lag' | 'oldest'>> {
  const { groupId, instances, topics, signal } = look
  const before = await pipelinePositions(admin, groupId, topics)
  const behind = before.filter(at => recordsLeft(at) > 0)
  const groups = await admin.describeGroups([groupId, instances])
  const hasMembers = (name: string) => groups.some(group => group.groupId === name && group.members.length > 0)
  // A pipeline joins its group when its sink is open.
  const unmoved = hasMembers(groupId) || hasMembers(instances) ? 'waits' : 'stopped'
  if (behind.length === 0) return { state: hasMembers(groupId) ? 'runs' : unmoved, lag: 0, oldest: null }
  await sleep(lookAgainMs, undefined, { signal })
  const after = await pipelinePositions(admin, groupId, topics)
  const positionOf = new Map(after.map(at => [`${at.topic}-${at.partition}`, at.position]))
  const hasMoved = behind.some(at => positionOf.get(`${at.topic}-${at.partition}`) !== at.position)
  const left = after.filter(at => recordsLeft(at) > 0)
  return {
    state: hasMoved ? 'runs' : unmoved,
    lag: left.reduce((sum, at) => sum + recordsLeft(at), 0),
    oldest: await oldestOf(left, look),
  }
}

/** Time of the oldest record at or after these positions. */
async function oldestOf(positions: readonly PipelinePosition[], { broker, signal }: Look): Promise<number | null> {
  const { openKafkaSource } = await import('../sources/kafka/source.ts')
  let oldest: number | null = null
  for (const [topic, inTopic] of Map.groupBy(positions, at => at.topic)) {
    const left = new Map(inTopic.map(({ partition, position }) => [partition, position]))
    // One batch of each partition: whatever its size, a broker sends the first one whole.
    const limits = { maxBytes: 1, maxPartitionBytes: 1 }
    const reading = { topic, partitions: [...left.keys()], from: new Map(left), topicNames: false, untilEnd: true }
    await using source = await openKafkaSource({ ...broker, ...reading, ...limits, waitForTopic: false, signal })
    for await (const inputs of source.chunks(signal)) {
      for (const input of inputs) {
        if (input.kind !== 'batch' || input.batch.isControl || !left.delete(input.batch.partition)) continue
        const { baseTimestamp, maxTimestamp } = input.batch
        oldest = Math.min(oldest ?? Number.POSITIVE_INFINITY, baseTimestamp, maxTimestamp)
      }
      if (left.size === 0) break
    }
  }
  return oldest
}
