import type { Fold } from '../engine/fold.ts'
import type { Sample } from '../telemetry/telemetry.ts'
import type { Ownership } from './ownership.ts'

/** Whether an instance does its work: what is ready may take the place of another. */
export interface Readiness {
  /** It knows what it owns, and has read all of that to where it ended when it took it over. */
  readonly isReady: boolean
  readonly owned: number
  readonly catchingUp: number
  /** Records of what was there that are still to be read, as far as known. */
  readonly recordsLeft: number
}

export const notStarted: Readiness = { isReady: false, owned: 0, catchingUp: 0, recordsLeft: 0 }

/** An instance that owns nothing because others do is ready. */
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
