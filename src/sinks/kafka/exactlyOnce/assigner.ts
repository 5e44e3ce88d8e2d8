import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Kafka, type PartitionAssigner } from 'kafkajs'
import type { Log } from '../../../base/log.ts'
import type { SharedSettings } from '../../../delivery/sharedSettings.ts'
import { type Refusal, refusals } from './refusals.ts'
import { type Claim, stickyAssignment } from './stickyAssignment.ts'

const protocolName = 'koff-sticky'
const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol

/** What an instance says of itself. */
export type Own = Omit<Claim, 'memberId'>

export interface AssignerOptions {
  readonly stateTopic: string
  /** How many there are to share; the topic, which may be deleted, is not asked. */
  readonly partitions: number
  readonly storedSettings: (signal: AbortSignal) => Promise<SharedSettings | null>
  readonly log: Log
  readonly signal: AbortSignal
}

/** Shares the partitions among the instances that agree on their settings; the others get none, and are told why. */
export function assigner(
  { stateTopic, partitions, storedSettings, log, signal }: AssignerOptions,
  own: () => Own,
): PartitionAssigner {
  const stored = () =>
    storedSettings(signal).catch((error: unknown) => {
      log.debug(`the stored settings cannot be read: ${String(error)}`)
      return null
    })
  return () => ({
    name: protocolName,
    version: 0,
    protocol: ({ topics }) => ({
      name: protocolName,
      metadata: MemberMetadata.encode({ version: 0, topics, userData: Buffer.from(JSON.stringify(own())) }),
    }),
    assign: async ({ members }) => {
      const claims = members.map(({ memberId, memberMetadata }): Claim => {
        const userData = MemberMetadata.decode(memberMetadata)?.userData.toString()
        return { memberId, ...(userData ? claimIn(userData) : { partitions: [], since: 0 }) }
      })
      const refused = await refusals(claims, stored)
      const accepted = claims.filter(({ memberId }) => !refused.has(memberId))
      const shares = stickyAssignment(partitions, accepted)
      return claims.map(({ memberId, settings }) => {
        const refusal = refused.get(memberId)
        return {
          memberId,
          memberAssignment: MemberAssignment.encode({
            version: 0,
            assignment: { [String(settings?.['stateTopic'] ?? stateTopic)]: shares.get(memberId) ?? [] },
            userData: Buffer.from(refusal === undefined ? '' : JSON.stringify(refusal)),
          }),
        }
      })
    },
  })
}

/** Other versions of koff may say more, or less. */
function claimIn(userData: string): Own {
  const { partitions, since, instance, settings } = JSON.parse(userData) as Own
  return { partitions, since, ...(instance && { instance }), ...(settings && { settings }) }
}

export interface Membership {
  readonly groupId: string
  readonly memberId: string
  /** False when the group has begun another generation. */
  readonly isPresent: () => boolean
}

const askAgainMs = 300

/** What the leader of the group wrote to the member beside its partitions, which kafkajs hands on to nobody. */
export async function refusalOf(kafka: Kafka, { groupId, memberId, isPresent }: Membership): Promise<Refusal | null> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    while (isPresent()) {
      const { groups } = await admin.describeGroups([groupId])
      const member = groups[0]?.members.find(one => one.memberId === memberId)
      if (groups[0]?.state !== 'Stable' || member === undefined) await sleep(askAgainMs)
      else {
        const userData = MemberAssignment.decode(member.memberAssignment)?.userData
        return userData === undefined || userData.length === 0 ? null : (JSON.parse(userData.toString()) as Refusal)
      }
    }
  } catch {
    // Who cannot ask is taken for one that is not needed.
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
  return null
}
