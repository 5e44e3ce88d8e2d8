import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../../base/log.ts'
import type { SharedSettings } from '../../../delivery/sharedSettings.ts'
import { openClusterAdmin } from '../../../kafka/kafkajs/admin.ts'
import type { Assignor } from '../../../kafka/kafkajs/assignor.ts'
import type { BrokerOptions } from '../../../kafka/net/brokerOptions.ts'
import { type Refusal, refusals } from './refusals.ts'
import { type Claim, stickyAssignment } from './stickyAssignment.ts'

const protocolName = 'koff-sticky'

/** The claim of an instance. */
export type Own = Omit<Claim, 'memberId'>

export interface AssignerOptions {
  readonly stateTopic: string
  /** The number of partitions to share; the topic itself may be deleted. */
  readonly partitions: number
  readonly storedSettings: (signal: AbortSignal) => Promise<SharedSettings | null>
  readonly log: Log
  readonly signal: AbortSignal
}

/** Shares the partitions among the instances with the same settings. The others get none, with the reason. */
export function assigner(
  { stateTopic, partitions, storedSettings, log, signal }: AssignerOptions,
  own: () => Own,
): Assignor {
  const stored = () =>
    storedSettings(signal).catch((error: unknown) => {
      log.debug(`the stored settings cannot be read: ${String(error)}`)
      return null
    })
  return {
    name: protocolName,
    userData: () => Buffer.from(JSON.stringify(own())),
    assign: async members => {
      const claims = members.map(({ memberId, userData }): Claim => {
        const said = userData?.toString() ?? ''
        return { memberId, ...(said === '' ? { partitions: [], since: 0 } : claimIn(said)) }
      })
      const refused = await refusals(claims, stored)
      const accepted = claims.filter(({ memberId }) => !refused.has(memberId))
      const shares = stickyAssignment(partitions, accepted)
      return claims.map(({ memberId, settings }) => {
        const refusal = refused.get(memberId)
        return {
          memberId,
          assignment: { [String(settings?.['stateTopic'] ?? stateTopic)]: shares.get(memberId) ?? [] },
          userData: Buffer.from(refusal === undefined ? '' : JSON.stringify(refusal)),
        }
      })
    },
  }
}

/** Other versions of koff may have more or fewer fields. */
export function claimIn(userData: string): Own {
  const { partitions, since, instance, settings } = JSON.parse(userData) as Own
  return { partitions, since, ...(instance && { instance }), ...(settings && { settings }) }
}

export interface Membership {
  readonly broker: BrokerOptions
  readonly groupId: string
  readonly memberId: string
  /** False when the group has begun another generation. */
  readonly isPresent: () => boolean
}

const askAgainMs = 300

/** The data that the leader of the group sent to the member beside its partitions. kafkajs does not pass it on. */
export async function refusalOf({ broker, groupId, memberId, isPresent }: Membership): Promise<Refusal | null> {
  try {
    await using admin = await openClusterAdmin(broker, [])
    while (isPresent()) {
      const [group] = await admin.describeGroups([groupId])
      const member = group?.members.find(one => one.memberId === memberId)
      if (group?.state !== 'Stable' || member === undefined) await sleep(askAgainMs)
      else {
        const said = member.assignedUserData?.toString() ?? ''
        return said === '' ? null : (JSON.parse(said) as Refusal)
      }
    }
  } catch {
    // An instance that cannot ask counts itself as idle.
  }
  return null
}
