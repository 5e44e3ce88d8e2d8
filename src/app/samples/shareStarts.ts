import { consumerOffsets } from '../../coordinator/consumerOffsets.ts'
import type { Fold } from '../../engine/fold.ts'
import type { KafkaAdmin } from '../../kafka/client/admin.ts'
import type { ShareStartInput } from '../../state/input.ts'

export interface ShareStartsOptions {
  readonly fold: Fold
  readonly wants: (group: string) => boolean
  readonly admin: Pick<KafkaAdmin, 'shareGroupOffsets'>
}

/** Where share groups stand: one DescribeShareGroupOffsets to each coordinator of some. */
export async function sampleShareStarts({
  fold,
  wants,
  admin,
}: ShareStartsOptions): Promise<readonly ShareStartInput[]> {
  const wanted = fold.reads
    .shareGroups(wants)
    .map(({ partition, groups }) => ({ topic: consumerOffsets, partition, groups }))
  if (wanted.length === 0) return []
  const timestamp = Date.now()
  const answers = await admin.shareGroupOffsets(wanted)
  return answers.flatMap(({ group, offsets }) =>
    offsets.flatMap(({ topic, topicId, partition, errorCode, startOffset, lag }): ShareStartInput[] => {
      // Below 0: no member has fetched from the partition yet.
      if (errorCode !== 0 || startOffset < 0) return []
      const place = { topic, topicId, partition, startOffset }
      return [{ kind: 'shareStart', group, ...place, ...(lag === null ? {} : { lag }), timestamp }]
    }),
  )
}
