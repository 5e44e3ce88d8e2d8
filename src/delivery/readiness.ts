import type { Fold } from '../engine/fold.ts'
import type { Sample } from '../telemetry/telemetry.ts'
import type { Ownership } from './ownership.ts'

/** Whether an instance works: a rolling update may replace the next one when this one is ready. */
export interface Readiness {
  /** Its partitions are known, and each is read to the end that it had when it was taken over. */
  readonly isReady: boolean
  readonly owned: number
  readonly catchingUp: number
  /** Records that are still to be read up to that end, as far as known. */
  readonly recordsLeft: number
}

export const notStarted: Readiness = { isReady: false, owned: 0, catchingUp: 0, recordsLeft: 0 }

/** The cluster answers and has no `__consumer_offsets` yet: nothing is left to read, and a rollout may go on. */
export const nothingToRead: Readiness = { ...notStarted, isReady: true }

/** An instance without partitions, because others own them all, is ready. */
export function readiness(ownership: Ownership, { catchUp }: Fold): Readiness {
  const { partitions, isKnown } = ownership
  let catchingUp = 0
  for (const partition of partitions) if (!catchUp.isDone(partition)) catchingUp++
  return {
    isReady: isKnown && catchingUp === 0,
    owned: partitions.size,
    catchingUp,
    recordsLeft: catchUp.extent().left,
  }
}

export function readinessSamples({ isReady, owned, catchingUp }: Readiness): readonly Sample[] {
  return [
    { metric: 'koff_ready', labels: {}, value: isReady ? 1 : 0 },
    { metric: 'koff_owned_partitions', labels: {}, value: owned },
    { metric: 'koff_catching_up_partitions', labels: {}, value: catchingUp },
  ]
}
