import { decodeAt } from '../../coordinator/decode.ts'
import type { Cluster } from '../../kafka/client/cluster.ts'
import { metadata, metadataByTopicId, type TopicMetadata } from '../../kafka/protocol/metadata.ts'
import { RecordCursor } from '../../kafka/records/recordCursor.ts'
import type { Input, TopicInput } from '../../state/input.ts'

/**
 * Finds the names of topic ids before a record comes that needs them: records of the newer group types (KIP-848 and later)
 * name topics by id only.
 */
export interface TopicIds {
  /** The names of all topics. */
  all(signal: AbortSignal): Promise<TopicInput[]>
  /** The names of new ids in the batches, where the cluster knows them. Walks the batches for all later readers. */
  missing(inputs: readonly Input[], signal: AbortSignal): Promise<TopicInput[]>
}

/** Clocks differ. A record that is older than the list of all topics by this much can only name topics of the list. */
const clockSkewMs = 10_000
/** An unknown id may be that of a deleted topic, or so new that this broker does not know it yet. */
const askAgainMs = 5000
/** A zero id means none. */
const noId = 'AAAAAAAAAAAAAAAAAAAAAA'
/** With fewer, deleted topics are not looked for. */
const fewTopics = 1000

export function createTopicIds(cluster: Cluster): TopicIds {
  /** Known ids with their names. */
  const known = new Map([[noId, '']])
  const askedAt = new Map<string, number>()
  const cursor = new RecordCursor()
  let listedAt = 0
  let kept = fewTopics
  const learn = (topics: readonly TopicMetadata[]) =>
    topics.flatMap(({ id, name, errorCode }): TopicInput[] => {
      if (id === null || errorCode !== 0 || known.has(id)) return []
      known.set(id, name)
      return [{ kind: 'topic', id, name }]
    })
  /** Topics come and go. When their number has doubled, deleted ones are reported. */
  const forgetGone = async (signal: AbortSignal): Promise<TopicInput[]> => {
    const { topics } = await cluster.metadata(null, signal)
    const there = new Set(topics.map(({ id }) => id))
    const gone = [...known].filter(([id]) => id !== noId && !there.has(id))
    for (const [id] of gone) known.delete(id)
    for (const [id, at] of askedAt) if (Date.now() - at > askAgainMs) askedAt.delete(id)
    kept = Math.max(fewTopics, known.size)
    return gone.map(([id, name]) => ({ kind: 'topic', id, name, partitions: 0 }))
  }
  return {
    all: async signal => {
      const now = Date.now()
      const { topics } = await cluster.metadata(null, signal)
      listedAt = now
      return learn(topics)
    },
    missing: async (inputs, signal) => {
      const now = Date.now()
      const ids = new Set<string>()
      for (const input of inputs) {
        if (input.kind !== 'batch' || input.batch.isControl) continue
        if (input.batch.maxTimestamp < listedAt - clockSkewMs) continue
        cursor.openIndexed(input.batch)
        while (cursor.next()) collectTopicIds(cursor, ids)
      }
      const unknown = [...ids].filter(id => !known.has(id) && now - (askedAt.get(id) ?? 0) > askAgainMs)
      if (unknown.length === 0) return []
      for (const id of unknown) askedAt.set(id, now)
      const byId = cluster.connection?.versionOf(metadata) === metadataByTopicId
      const { topics } = await cluster.metadata(byId ? { ids: unknown } : null, signal)
      const news = learn(topics)
      for (const id of unknown) if (known.has(id)) askedAt.delete(id)
      return known.size <= 2 * kept ? news : [...news, ...(await forgetGone(signal))]
    },
  }
}

/** Offset commits and records of classic groups, by far the most frequent, have topic names. */
const FIRST_TYPE_WITH_IDS = 3

function collectTopicIds(cursor: RecordCursor, ids: Set<string>): void {
  const { words, keyStart, keyEnd, valueStart } = cursor
  if (keyEnd - keyStart < 2 || valueStart < 0 || words.getInt16(keyStart) < FIRST_TYPE_WITH_IDS) return
  const decoded = decodeAt(cursor)
  if (decoded.kind === 'record') collectFrom(decoded.value, ids)
}

function collectFrom(value: unknown, ids: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectFrom(item, ids)
  else if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) {
    for (const [name, field] of Object.entries(value)) {
      if (name === 'topicId' && typeof field === 'string') ids.add(field)
      else collectFrom(field, ids)
    }
  }
}
