import type { Fold } from '../../engine/fold.ts'
import { type UnknownTime, unknownTimes } from '../../engine/unknownTimes.ts'
import type { KafkaAdmin } from '../../kafka/client/admin.ts'
import { findRecordTimes } from '../../kafka/client/recordTimes.ts'
import type { LogEndInput, OffsetTimeInput, ShareStartInput } from '../../state/input.ts'

export interface RecordTimesOptions {
  readonly fold: Fold
  readonly wants: (group: string) => boolean
  readonly admin: Pick<KafkaAdmin, 'findOffsets'>
}

/** The limit of a round, so that it ends soon; the rest follows in the next rounds. */
const mostInRound = 1_000
/** A look-up without a result is not repeated for this many rounds. */
const pausedRounds = 30

/**
 * Looks up the times of records that groups have to read next and that are older than the samples of the log end: some
 * twenty small requests to each leader for all of them. Without such records nothing is requested.
 */
export function recordTimes({ fold, wants, admin }: RecordTimesOptions) {
  let round = 0
  const paused = new Map<string, number>()
  const keyOf = ({ topic, partition, offset }: Pick<UnknownTime, 'topic' | 'partition' | 'offset'>) =>
    `${partition} ${offset} ${topic}`
  return async (
    ends: readonly LogEndInput[],
    shares: readonly ShareStartInput[],
  ): Promise<readonly OffsetTimeInput[]> => {
    round++
    for (const [key, until] of paused) if (until <= round) paused.delete(key)
    const { partitions, logEnds } = fold
    const unknown = unknownTimes({ partitions, logEnds, wants, ends, shares })
    const asked = unknown.filter(wanted => !paused.has(keyOf(wanted))).slice(0, mostInRound)
    if (asked.length === 0) return []
    const timestamp = Date.now()
    const found = await findRecordTimes(asked, queries => admin.findOffsets(queries), timestamp)
    const times = new Map(found.map(time => [keyOf(time), time]))
    return asked.flatMap((wanted): OffsetTimeInput[] => {
      const time = times.get(keyOf(wanted))
      if (time === undefined) {
        paused.set(keyOf(wanted), round + pausedRounds)
        return []
      }
      const { topic, topicId, partition, offset } = wanted
      const { recordTime, atMost } = time
      const named = { topic, ...(topicId === undefined ? {} : { topicId }), partition, offset }
      return [{ kind: 'offsetTime', ...named, recordTime, ...(atMost ? { atMost } : {}), timestamp }]
    })
  }
}
