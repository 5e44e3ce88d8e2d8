import { setTimeout as sleep } from 'node:timers/promises'
import type { KoffError } from '../../../base/errors.ts'
import type { Deployment } from '../../../delivery/deployment.ts'
import type { SharedSettings } from '../../../delivery/sharedSettings.ts'
import { checkEventsTopic } from '../../../delivery/stateChecks.ts'
import { type ClusterAdmin, openClusterAdmin } from '../../../kafka/kafkajs/admin.ts'
import type { BrokerOptions } from '../../../kafka/net/brokerOptions.ts'
import { claimIn } from './assigner.ts'
import { refusalError, refusals } from './refusals.ts'
import type { Claim } from './stickyAssignment.ts'

export interface AdmissionOptions {
  readonly broker: BrokerOptions
  /** The consumer group of the instances. */
  readonly groupId: string
  readonly stateTopic: string
  readonly deployment: Deployment
  /** A member of the group that died is in it for so long; 10 s unless given. */
  readonly sessionTimeoutMs?: number | undefined
  /** Of a state topic that exists; null where nothing is stored. */
  readonly storedSettings: (signal: AbortSignal) => Promise<SharedSettings | null>
}

const askAgainMs = 300
const graceMs = 1_000
/** The id of this instance, which is no member yet. */
const own = ''

/**
 * Asks, before an instance creates the topics that it writes to, whether the running instances or the stored state would
 * refuse it. Instances that start at the same moment as it are not seen here: when they join, the group decides.
 * @throws KoffError SETTINGS_DIFFER
 */
export async function checkAdmission(
  topics: readonly string[],
  options: AdmissionOptions,
  signal: AbortSignal,
): Promise<void> {
  const { broker, stateTopic, deployment, storedSettings } = options
  await using admin = await openClusterAdmin(broker, [])
  const existing = new Set(await admin.topics())
  const stored = async () => (existing.has(stateTopic) ? await storedSettings(signal) : null)
  const asking = { ...options, admin, stored, signal }
  await refusedNow('refused', asking)
  if (topics.every(topic => existing.has(topic))) return
  checkEventsTopic((await stored()) ?? undefined, deployment)
  await refusedNow('refused-or-unknown', asking)
}

interface Asking extends AdmissionOptions {
  readonly admin: ClusterAdmin
  readonly stored: () => Promise<SharedSettings | null>
  readonly signal: AbortSignal
}

/** Asks again, as long as a dead member can be in the group, while the answer is this one. */
async function refusedNow(wait: 'refused' | 'refused-or-unknown', asking: Asking): Promise<void> {
  const { sessionTimeoutMs = 10_000, signal } = asking
  const until = performance.now() + sessionTimeoutMs + graceMs
  for (;;) {
    const answer = await refusalBy(asking)
    if (answer === 'accepted' || (answer === 'unknown' && wait === 'refused')) return
    if (performance.now() >= until) {
      if (answer === 'unknown') return
      throw answer
    }
    await sleep(askAgainMs, undefined, { signal })
  }
}

/** `unknown`: the group rebalances, and shows nothing of its members meanwhile. */
async function refusalBy({ admin, groupId, deployment, stored }: Asking): Promise<KoffError | 'accepted' | 'unknown'> {
  const { settings } = deployment
  const [group] = await admin.describeGroups([groupId])
  if (group === undefined || group.members.length === 0) return 'accepted'
  if (group.state !== 'Stable') return 'unknown'
  const claims = group.members.map(({ memberId, userData, assignment }): Claim => {
    const said = userData === null || userData.length === 0 ? {} : claimIn(userData.toString())
    const partitions = Object.values(assignment).flat()
    // A member says what it had when it joined.
    return { memberId, ...said, partitions, since: partitions.length === 0 ? 0 : 1 }
  })
  const refused = await refusals([...claims, { memberId: own, partitions: [], since: 0, settings }], stored)
  const refusal = refused.get(own)
  return refusal === undefined ? 'accepted' : refusalError(settings, refusal)
}
